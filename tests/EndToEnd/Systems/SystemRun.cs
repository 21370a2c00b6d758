namespace EndToEnd.Systems;

/// <summary>A run of the apps of a folder: one sidecar process for all apps, or a daprd for each.</summary>
internal abstract class SystemRun : IAsyncDisposable
{
    public abstract string Output { get; }

    /// <param name="dapr">Whose daprd each app gets; null for the embedded sidecar's <c>run</c>.</param>
    public static SystemRun Start(SystemFolder folder, string set, DaprInstallation? dapr) =>
        dapr is null
            ? SidecarProcess.Start(folder, "run", "-f", folder.Template, "--components", set, "--strict")
            : new DaprdRun(folder, set, dapr);

    /// <summary>Waits until all apps are ready. Fails with the output if the start fails.</summary>
    public abstract Task ReadyAsync();

    /// <summary>Stops the run as Ctrl-C does, and returns its exit code.</summary>
    public abstract Task<int> StopAsync();

    /// <summary>Kills all sidecars (kill -9); the apps continue to run.</summary>
    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
