namespace Conformance.Running;

/// <summary>
/// The options of a sidecar under test. Resources and configuration are YAML texts; <c>{scratch}</c> in them is its folder.
/// </summary>
public sealed record SidecarOptions
{
    public string AppId { get; init; } = "app-" + Guid.NewGuid().ToString("N")[..8];

    /// <summary>Neither finds the other sidecars of this run nor is found by them; so it may have the app id of another one.</summary>
    public bool Isolated { get; init; }
    public IReadOnlyList<string> Resources { get; init; } = [];
    public string? Configuration { get; init; }
    public int AppPort { get; init; }

    /// <summary>The sidecar's port if the app needs it earlier; a free port otherwise.</summary>
    public int? HttpPort { get; init; }
    public int? GrpcPort { get; init; }
    public string AppProtocol { get; init; } = "http";
    public IReadOnlyList<string> Flags { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Starts the sidecar as a shell starts background jobs: with SIGINT ignored.</summary>
    public bool IgnoresInterrupt { get; init; }

    /// <summary>
    /// Runs the sidecar in a process of its own. Most cases do not need one: they use its ports only, and a sidecar in the process of the
    /// tests starts in a tenth of the time. Needed for cases about the process: signals, a kill, its console, metrics that a process
    /// counts.
    /// </summary>
    public bool OwnProcess { get; init; }

    /// <summary>False to continue before the sidecar reports that it is ready.</summary>
    public bool AwaitReady { get; init; } = true;
}
