namespace Sidecar.Hosting;

/// <summary>
/// Stops the web server as soon as no request runs. The server itself also waits for clients that do not close their side of a stream,
/// for as long as a shutdown may take.
/// </summary>
internal sealed class RunningRequests
{
    /// <summary>For the rest of an answer to reach its client.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private int running;

    public async Task CountAsync(HttpContext context, RequestDelegate next)
    {
        Interlocked.Increment(ref running);
        try
        {
            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref running);
        }
    }

    /// <summary>Completes when the requests have ended, or at the server's own limit.</summary>
    public async Task StopAsync(WebApplication web)
    {
        using var cut = new CancellationTokenSource();
        var stopped = web.StopAsync(cut.Token);
        using var timer = new PeriodicTimer(Pause, TimeProvider.System);
        while (await Task.WhenAny(stopped, timer.WaitForNextTickAsync(CancellationToken.None).AsTask()) != stopped)
        {
            if (Volatile.Read(ref running) == 0)
            {
                await cut.CancelAsync();
                break;
            }
        }
        await stopped;
    }
}
