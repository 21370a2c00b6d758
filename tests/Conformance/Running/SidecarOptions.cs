namespace Conformance.Running;

/// <summary>How a sidecar is started. Resources and configuration are YAML texts; <c>{scratch}</c> in them is its own folder.</summary>
public sealed record SidecarOptions
{
    public string AppId { get; init; } = "app-" + Guid.NewGuid().ToString("N")[..8];

    /// <summary>Neither finds the other sidecars of this run nor is found by them; so it may have the app id of another one.</summary>
    public bool Isolated { get; init; }
    public IReadOnlyList<string> Resources { get; init; } = [];
    public string? Configuration { get; init; }
    public int AppPort { get; init; }

    /// <summary>Where the sidecar is to listen, when the app has to know before; a free port otherwise.</summary>
    public int? HttpPort { get; init; }
    public int? GrpcPort { get; init; }
    public string AppProtocol { get; init; } = "http";
    public IReadOnlyList<string> Flags { get; init; } = [];
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Starts the sidecar as a shell starts background jobs: with SIGINT ignored.</summary>
    public bool IgnoresInterrupt { get; init; }

    /// <summary>
    /// The sidecar gets a process of its own. Most cases need none: they speak to its ports alone, and a sidecar that starts beside others
    /// in the
    /// process of the tests starts in a tenth of the time. Needed for what is about the process: signals, a kill, spans that a process
    /// listens for.
    /// </summary>
    public bool OwnProcess { get; init; }

    /// <summary>False: do not wait until the sidecar says it is ready.</summary>
    public bool AwaitReady { get; init; } = true;
}
