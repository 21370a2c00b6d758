using Sidecar.Apps;
using Sidecar.Go;
using Sidecar.Hosting;
using Sidecar.Logging;
using Sidecar.Reloading;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>
/// Ends <c>sidecar daprd</c> on a signal or by the shutdown API, after the block-shutdown time and within the graceful-shutdown time. Logs
/// daprd's texts, because tools search for them.
/// </summary>
internal static class DaprdShutdown
{
    /// <summary>
    /// Returns the exit code: 1 if running requests did not end in time, or if resource files are invalid. Returns null if <paramref
    /// name="reload"/> or a change of resource files requires a restart.
    /// </summary>
    public static async Task<int?> AwaitAsync(
        SidecarServer server,
        AppOptions options,
        TimeSpan? block,
        HotReload? resources,
        DaprdLog log,
        TimeProvider time,
        Task reload,
        CancellationToken signal
    )
    {
        var changed = resources?.Restart ?? new TaskCompletionSource().Task;
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var interrupted = signal.Register(() => stopped.TrySetResult());
        await using var shutdown = server.Lifetime.ApplicationStopping.Register(() => stopped.TrySetResult());
        var first = await Task.WhenAny(stopped.Task, reload, changed);
        var wrong = first == changed ? changed.Exception?.InnerException : null;
        var again = first != stopped.Task && wrong is null;
        if (resources is not null)
        {
            await resources.DisposeAsync();
        }
        if (block is { } longest && signal.IsCancellationRequested)
        {
            await BlockAsync(server.Sidecars[0], longest, log, time, server.Lifetime.ApplicationStopping);
        }
        await server.Sidecars[0].DrainActorsAsync(); // before the graceful-shutdown time begins: an app may name a longer time
        try
        {
            await server.DisposeAsync().AsTask().WaitAsync(options.GracefulShutdown, time, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            log.Write(LogLevel.Critical, "Graceful shutdown timeout exceeded, forcing shutdown");
            return 1;
        }
        if (wrong is not null)
        {
            FatalError.Write(
                log,
                "failed to load resources from disk",
                wrong is InvalidConfigurationException { Problems: var problems }
                    ? problems
                    : [new YamlProblem("resources", 0, wrong.Message)]
            );
            return 1;
        }
        log.Write(
            LogLevel.Information,
            again ? "Received SIGHUP: resources and configuration are read again" : "Daprd shutdown gracefully"
        );
        return again ? null : 0;
    }

    /// <summary>Stops the delivery of events. The app may use the API until it reports that it is unhealthy.</summary>
    private static async Task BlockAsync(AppSidecar sidecar, TimeSpan longest, DaprdLog log, TimeProvider time, CancellationToken shutdown)
    {
        log.Write(LogLevel.Information, $"Blocking graceful shutdown for {GoDuration.Text(longest)} or until app reports unhealthy...");
        await sidecar.StopEventsAsync();
        try
        {
            await sidecar.Unhealthy.WaitAsync(longest, time, shutdown);
            log.Write(LogLevel.Information, "App reported unhealthy, entering shutdown...");
        }
        catch (TimeoutException)
        {
            log.Write(LogLevel.Information, "Block shutdown period expired, entering shutdown...");
        }
        catch (OperationCanceledException)
        {
            log.Write(LogLevel.Information, "Shutdown requested via API, entering shutdown...");
        }
    }
}
