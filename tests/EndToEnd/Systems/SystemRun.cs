namespace EndToEnd.Systems;

/// <summary>What runs the apps of a folder: one sidecar process for all of them, or a daprd for each.</summary>
internal abstract class SystemRun : IAsyncDisposable
{
    public abstract string Output { get; }

    /// <param name="dapr">Whose daprd each app gets; null for the embedded sidecar's <c>run</c>.</param>
    public static SystemRun Start(SystemFolder folder, string set, DaprInstallation? dapr) =>
        dapr is null
            ? SidecarProcess.Start(folder, "run", "-f", folder.Template, "--components", set, "--strict")
            : new DaprdRun(folder, set, dapr);

    /// <summary>All apps are ready; fails with what was said when they can't be.</summary>
    public abstract Task ReadyAsync();

    /// <summary>As Ctrl-C does; the exit code.</summary>
    public abstract Task<int> StopAsync();

    /// <summary>kill -9 of all that is a sidecar; the apps go on.</summary>
    public abstract Task KillAsync();

    public abstract ValueTask DisposeAsync();
}
