namespace EndToEnd.Systems;

/// <summary>
/// A run of the apps of a folder: in the test process, in one process, with one sidecar process for all apps, or with a daprd for each of
/// them.
/// </summary>
internal abstract class SystemRun(SystemFolder folder) : IAsyncDisposable
{
    public abstract string Output { get; }

    protected SystemFolder Folder { get; } = folder;

    /// <param name="dapr">Whose daprd each app gets; null for the embedded sidecar.</param>
    /// <param name="hosting">Where the embedded sidecar and the apps run. With a daprd everything is a process.</param>
    public static SystemRun Start(SystemFolder folder, string set, DaprInstallation? dapr, SystemHosting hosting) =>
        dapr is not null ? new DaprdRun(folder, set, dapr)
        : hosting.IsKillable ? SidecarProcess.StartWhole(folder, set)
        : hosting.OwnProcesses is { } own ? new InProcessRun(folder, set, own)
        : SidecarProcess.Start(folder, set);

    /// <summary>Waits until all apps are ready. Fails with the output if the start fails.</summary>
    public abstract Task ReadyAsync();

    /// <summary>Returns the variables by which an app finds its sidecar, and those of the template.</summary>
    public virtual IReadOnlyDictionary<string, string> EnvironmentOf(string appId)
    {
        var process = Folder.Recorded().Single(process => process.AppId == appId);
        return File.ReadAllText($"/proc/{process.ProcessId}/environ")
            .Split('\0')
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
    }

    /// <summary>Stops the run as Ctrl-C does, and returns its exit code.</summary>
    public abstract Task<int> StopAsync();

    /// <summary>Kills all sidecars (kill -9); apps in processes of their own continue to run.</summary>
    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
