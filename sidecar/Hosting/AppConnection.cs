using System.Net.Sockets;
using Sidecar.Apps;
using Sidecar.Invocation;
using Sidecar.Loops;

namespace Sidecar.Hosting;

/// <summary>
/// Connects the sidecar to its app: waits for the port, reads the app's configuration, and probes its health. <paramref name="returned"/>
/// is called when the app answers again after a restart of its process.
/// </summary>
internal sealed partial class AppConnection(
    AppOptions options,
    IAppChannel? channel,
    AppReadiness readiness,
    ActorHosting actors,
    AppEvents events,
    StartupQueries queries,
    Action returned,
    TimeProvider time,
    ILogger logger
) : IAsyncDisposable
{
    private static readonly TimeSpan FirstProbes = TimeSpan.FromMilliseconds(50);

    /// <summary>The app's process has been started again and has not answered since.</summary>
    private readonly Signal restarts = new();

    private readonly CancellationTokenSource stopping = new();
    private BackgroundLoop? connecting;

    /// <summary>Starts to wait for the app; the API has to be reachable before.</summary>
    public Task StartAsync(CancellationToken cancellation)
    {
        connecting = BackgroundLoop.Start($"The connection to app {options.AppId}", _ => ConnectUntilStoppedAsync(), time, logger);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Called after a restart of the app's process. Once the app answers, the circuit breakers of calls to it close, because they have
    /// counted failures of the previous process.
    /// </summary>
    public void AppRestarted() => restarts.Give();

    /// <summary>Cancelled when the sidecar begins to end.</summary>
    public CancellationToken Stopping => stopping.Token;

    /// <summary>The app is no longer waited for, nor watched. Idempotent.</summary>
    public Task StopAsync() => stopping.CancelAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await (connecting?.DisposeAsync() ?? ValueTask.CompletedTask);
        stopping.Dispose();
    }

    private async Task ConnectUntilStoppedAsync()
    {
        try
        {
            await ConnectAsync(stopping.Token);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The sidecar is stopping, so its requests to the app are cancelled.
        }
    }

    /// <summary>Called again after each failure, so an app that exits meanwhile is waited for and queried again.</summary>
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (channel is null)
        {
            readiness.Ready = readiness.IsHealthy = true;
            actors.CompleteRegistration();
            readiness.Complete();
            return;
        }
        await PortOpenAsync(cancellation);
        if (options.AppHealthCheck)
        {
            readiness.Ready = true;
            await WatchHealthAsync(cancellation);
            return;
        }
        if (!readiness.IsHealthy)
        {
            try
            {
                await SubscribeAsync(cancellation);
            }
            catch (HttpRequestException e) when (!ConnectionRefusal.Is(e))
            {
                readiness.Ready = true; // as in daprd, the API serves an app that listens but can't be queried
                throw;
            }
            readiness.Ready = true;
            readiness.Complete();
        }
        while (true)
        {
            await restarts.NextAsync(cancellation);
            await PortOpenAsync(cancellation);
            returned();
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        try
        {
            await actors.StartAppAsync(channel!, queries, cancellation);
            await events.StartAsync(cancellation);
        }
        catch (Exception) when (!cancellation.IsCancellationRequested)
        {
            actors.Suspend();
            throw;
        }
        actors.CompleteRegistration();
        LogReady(options.AppId);
    }

    /// <summary>No signal announces a new listener, so the port is polled every few milliseconds.</summary>
    private async Task PortOpenAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25), time);
        var waitIsLogged = false;
        do
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(options.AppChannelAddress, options.AppPort, cancellation);
                return;
            }
            catch (SocketException)
            {
                if (!waitIsLogged)
                {
                    waitIsLogged = true;
                    LogWaiting(options.AppPort);
                }
            }
        } while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>
    /// Probes the app at its interval. Until it is healthy for the first time, and after a restart of its process, it is probed more often,
    /// because nothing else runs. As in daprd, a success resets the failures only if the app was unhealthy: failures of a healthy app add
    /// up to the threshold, however many probes succeed between them.
    /// </summary>
    private async Task WatchHealthAsync(CancellationToken cancellation)
    {
        var failures = 0;
        var returning = false;
        var counted = time.GetTimestamp(); // failures count once an interval, however often the app is probed
        while (true)
        {
            var begun = time.GetTimestamp();
            if (await IsHealthyAsync(cancellation))
            {
                failures = readiness.IsHealthy && !returning ? failures : 0;
                if (!readiness.IsHealthy)
                {
                    await SubscribeAsync(cancellation);
                    readiness.Complete();
                }
                if (returning)
                {
                    returned();
                    returning = false;
                }
            }
            else if (
                (!returning || time.GetElapsedTime(counted) >= options.AppHealthProbeInterval)
                && ++failures == options.AppHealthThreshold
                && readiness.IsHealthy
            )
            {
                LogUnhealthy(options.AppId, failures);
                readiness.FallIll();
                actors.Suspend();
                await events.HoldAsync();
            }
            var interval = returning || !readiness.FirstHealthy.IsCompleted ? FirstProbes : options.AppHealthProbeInterval;
            var left = interval - time.GetElapsedTime(begun);
            counted = returning && time.GetElapsedTime(counted) < options.AppHealthProbeInterval ? counted : begun;
            returning |= await restarts.NextAsync(left > FirstProbes ? left : FirstProbes, time, cancellation);
        }
    }

    private async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.AppHealthProbeTimeout);
        var isHealthy = await channel!.ProbeAsync(limit.Token);
        cancellation.ThrowIfCancellationRequested(); // the end of the sidecar has cancelled the probe, so it is no failure of the app
        return isHealthy;
    }

    [LoggerMessage(1006, LogLevel.Information, "waiting for application to listen on port {Port}")]
    private partial void LogWaiting(int port);

    [LoggerMessage(1001, LogLevel.Information, "App {AppId} is ready")]
    private partial void LogReady(string appId);

    [LoggerMessage(
        1002,
        LogLevel.Warning,
        "App {AppId} failed {Failures} health probes; its subscriptions, jobs and actors pause until it is healthy again"
    )]
    private partial void LogUnhealthy(string appId, int failures);
}
