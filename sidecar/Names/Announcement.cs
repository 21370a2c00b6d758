using Sidecar.Processes;

namespace Sidecar.Names;

/// <summary>A sidecar's entry in the registry, with its address for other processes of this machine.</summary>
/// <param name="Port">The internal port.</param>
/// <param name="StartTime">The start time of the process: process ids are reused, the pair is unique.</param>
internal sealed record Announcement(string AppId, int Port, int ProcessId, string StartTime)
{
    /// <summary>The actor types the app hosts now.</summary>
    public IReadOnlyList<string> ActorTypes { get; init; } = [];

    public Uri Address => new($"http://127.0.0.1:{Port}");

    public static Announcement Of(string appId, int port) =>
        new(appId, port, Environment.ProcessId, ProcessInfo.StartTime(Environment.ProcessId) ?? "");
}
