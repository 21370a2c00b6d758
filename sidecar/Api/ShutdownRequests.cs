namespace Sidecar.Api;

/// <summary>
/// Shuts down after the answer of the shutdown API has been sent. With <paramref name="ownsProcess"/> the process belongs to this sidecar
/// alone, so a forced shutdown may exit at once; otherwise the apps started by this process would be left behind.
/// </summary>
internal sealed partial class ShutdownRequests(
    bool ownsProcess,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<ShutdownRequests> logger
)
{
    private const string ForceHeader = "dapr-force-shutdown";

    /// <summary>As in daprd: a completed answer is still on its way to the socket.</summary>
    private static readonly TimeSpan ForceDelay = TimeSpan.FromMilliseconds(100);

    private ITimer? exit;

    public static void Take(HttpContext context)
    {
        var requests = context.RequestServices.GetRequiredService<ShutdownRequests>();
        var force = context.Request.Headers[ForceHeader].ToString().Equals("true", StringComparison.OrdinalIgnoreCase);
        context.Response.OnCompleted(() =>
        {
            requests.Obey(force);
            return Task.CompletedTask;
        });
    }

    private void Obey(bool force)
    {
        if (force && ownsProcess)
        {
            LogForced();
            exit = time.CreateTimer(_ => Environment.Exit(1), null, ForceDelay, Timeout.InfiniteTimeSpan);
            return;
        }
        LogShutdownRequested();
        lifetime.StopApplication();
    }

    [LoggerMessage(1011, LogLevel.Information, "Shutdown requested via API")]
    private partial void LogShutdownRequested();

    [LoggerMessage(1012, LogLevel.Warning, "Force shutdown requested, exiting immediately without graceful shutdown")]
    private partial void LogForced();
}
