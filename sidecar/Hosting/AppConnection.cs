using System.Net.Sockets;
using System.Text.Json;
using System.Threading.Channels;
using Grpc.Core;
using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Cel;
using Sidecar.Http;
using Sidecar.Jobs;
using Sidecar.PubSub;
using Sidecar.PubSub.Subscribing;
using Sidecar.State;

namespace Sidecar.Hosting;

/// <summary>The sidecar's way to its app: it waits for it, asks what it wants, and watches its health.</summary>
internal sealed partial class AppSidecar
{
    /// <summary>Holds one signal at most: the app's process has been started again and has not answered since.</summary>
    private readonly Channel<bool> restarts = System.Threading.Channels.Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>
    /// Called when the app's process has been started again. Once it answers, the circuit breakers that guard calls of it close: what they have counted
    /// was about the process before.
    /// </summary>
    public void AppRestarted() => restarts.Writer.TryWrite(true);

    private async Task ConnectUntilStoppedAsync()
    {
        try
        {
            await ConnectAsync(stopping.Token);
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The sidecar ends, and with it what was asked of the app.
        }
    }

    /// <summary>Called again after each failure, so an app that dies in the middle of it is waited for and asked anew.</summary>
    private async Task ConnectAsync(CancellationToken cancellation)
    {
        if (Channel is null)
        {
            Ready = AppIsWell = true;
            well.TrySetResult();
            return;
        }
        await PortOpenAsync(cancellation);
        if (Options.AppHealthCheck)
        {
            Ready = true;
            await WatchHealthAsync(cancellation);
            return;
        }
        if (!AppIsWell)
        {
            await SubscribeAsync(cancellation);
            Ready = true;
            well.TrySetResult();
        }
        while (await restarts.Reader.ReadAsync(cancellation))
        {
            await PortOpenAsync(cancellation);
            CloseBreakers();
        }
    }

    private void CloseBreakers()
    {
        LogReturned(Options.AppId);
        Policies.CloseInbound();
        foreach (var caller in directory.All)
        {
            caller.Policies.CloseFor(Options.AppId, ActorHost?.Types ?? []);
        }
    }

    /// <summary>Asks an HTTP app which actor types it hosts; reminders that came due meanwhile fire from here on.</summary>
    private async Task HostActorsAsync(CancellationToken cancellation)
    {
        if (ActorHost is not null)
        {
            return; // the app was unhealthy for a while
        }
        if (Options.AppIsGrpc || Skips("config"))
        {
            return;
        }
        var answer = await Channel!.InvokeAsync(new InvocationCall("GET", "dapr/config", "", null, default, [new(InvocationHeaders.AppId, Options.AppId)]), cancellation);
        if (answer.Status == 200 && !answer.Body.IsEmpty && Types(answer.Body.Span) is { Count: > 0 } types)
        {
            await HostAsync(types, new HttpActorApp(Channel), cancellation);
        }
    }

    private IReadOnlyList<ActorTypeOptions> Types(ReadOnlySpan<byte> answer)
    {
        try
        {
            return ActorTypes.Parse(answer);
        }
        catch (JsonException e)
        {
            LogUnreadable(e, Options.AppId, "GET /dapr/config", "it hosts no actors");
            return [];
        }
    }

    /// <summary>Hosts the actors of an app that has opened a stream for them; the newest stream is the one. Dispose of the result when it ends.</summary>
    public async Task<IAsyncDisposable> HostActorsAsync(IReadOnlyList<ActorTypeOptions> types, IActorApp app, CancellationToken cancellation)
        => new Hosted(this, await HostAsync(types, app, cancellation));

    /// <summary>Null without a store for actors: the types stay unknown then, as in daprd.</summary>
    private async Task<ActorHost?> HostAsync(IReadOnlyList<ActorTypeOptions> types, IActorApp app, CancellationToken cancellation)
    {
        if (Components.ActorStateStore?.Store is not ITransactionalStateStore store)
        {
            LogNoActorStore(Options.AppId, string.Join(", ", types.Select(type => type.Type)));
            return null;
        }
        var host = new ActorHost(Options.AppId, types, app, store, Policies, time, loggers);
        var before = ActorHost;
        ActorHost = host;
        if (before is not null)
        {
            await before.DisposeAsync();
        }
        try
        {
            await host.Reminders.StartAsync(host.Hosts, cancellation);
        }
        catch
        {
            // Not half-way: the next attempt begins with a host of its own.
            ActorHost = null;
            await host.DisposeAsync();
            throw;
        }
        Announce([.. types.Select(type => type.Type)]);
        return host;
    }

    private sealed class Hosted(AppSidecar sidecar, ActorHost? host) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (host is not null && ReferenceEquals(sidecar.ActorHost, host))
            {
                sidecar.ActorHost = null;
                sidecar.Announce([]);
                await host.DisposeAsync();
            }
        }
    }

    private async Task SubscribeAsync(CancellationToken cancellation)
    {
        await HostActorsAsync(cancellation);
        await events.WaitAsync(cancellation);
        try
        {
            programmatic = null;
            var wanted = await WantedAsync(cancellation);
            AppIsWell = true;
            if (!noMoreEvents)
            {
                await Blocks.Subscriptions.StartAsync(wanted, Channel!, cancellation);
                await InputBindings.StartAsync(Channel!, cancellation);
                await JobService.StartAppAsync(Channel!, cancellation);
            }
        }
        catch
        {
            // Not half-way: the next attempt begins with nothing running.
            AppIsWell = false;
            await StopAppEventsAsync();
            throw;
        }
        finally
        {
            events.Release();
        }
        LogReady(Options.AppId);
    }

    private async Task HoldEventsAsync()
    {
        await events.WaitAsync();
        try
        {
            await StopAppEventsAsync();
        }
        finally
        {
            events.Release();
        }
    }

    /// <summary>Under <see cref="events"/>.</summary>
    private async Task StopAppEventsAsync()
    {
        JobService.StopApp();
        await InputBindings.StopAsync();
        await Blocks.Subscriptions.StopAppAsync();
    }

    /// <summary>What the app is to be sent: what resources say, and what it says itself, which is asked for once there is a broker.</summary>
    private async Task<IReadOnlyList<TopicSubscription>> WantedAsync(CancellationToken cancellation)
    {
        programmatic ??= Components.Of<PubSubComponent>().Count == 0 ? null : Skips("subscribe") ? [] : await AskAsync(cancellation);
        return [.. declared.Select(subscription => subscription.Topic), .. programmatic ?? []];
    }

    /// <summary>An answer that can't be read counts as none, as in daprd: the app runs on without these subscriptions. A broken connection is a failure.</summary>
    private async Task<IReadOnlyList<TopicSubscription>> AskAsync(CancellationToken cancellation)
    {
        try
        {
            return await Channel!.GetSubscriptionsAsync(cancellation);
        }
        catch (Exception e) when (e is JsonException or CelException or RpcException { Status.DebugException: null })
        {
            LogUnreadable(e, Options.AppId, Options.AppIsGrpc ? "ListTopicSubscriptions" : "GET /dapr/subscribe", "only declared subscriptions run");
            return [];
        }
    }

    /// <summary>A limit that somebody has chosen holds for the streams of workflow workers too; by default they carry more.</summary>
    private static int? LargestWorkItem(AppOptions options)
        => options.MaxBodySize is AppOptions.DefaultMaxBodySize or <= 0 ? null : (int)Math.Min(options.MaxBodySize, int.MaxValue);

    private bool Skips(string question)
    {
        if (!Options.DisabledInitEndpoints.Contains(question))
        {
            return false;
        }
        LogSkipped(question == "config" ? "dapr configuration" : "subscription");
        return true;
    }

    /// <summary>No signal tells that another process listens; asking every few milliseconds is what there is.</summary>
    private async Task PortOpenAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(25), time);
        var toldWaiting = false;
        do
        {
            using var socket = new TcpClient();
            try
            {
                await socket.ConnectAsync(Options.AppChannelAddress, Options.AppPort, cancellation);
                return;
            }
            catch (SocketException)
            {
                if (!toldWaiting)
                {
                    toldWaiting = true;
                    LogWaiting(Options.AppPort);
                }
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>
    /// Probes the app at its interval. Until it is well for the first time, and after its process was started again, nothing but waiting happens, so it
    /// is probed more often.
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
                failures = 0;
                if (!AppIsWell)
                {
                    await SubscribeAsync(cancellation);
                    well.TrySetResult();
                }
                if (returning)
                {
                    CloseBreakers();
                    returning = false;
                }
            }
            else if ((!returning || time.GetElapsedTime(counted) >= Options.AppHealthProbeInterval) && ++failures == Options.AppHealthThreshold && AppIsWell)
            {
                LogUnhealthy(Options.AppId, failures);
                AppIsWell = false;
                Interlocked.Exchange(ref unwell, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                await HoldEventsAsync();
            }
            var interval = returning || !well.Task.IsCompleted ? FirstProbes : Options.AppHealthProbeInterval;
            var left = interval - time.GetElapsedTime(begun);
            counted = returning && time.GetElapsedTime(counted) < Options.AppHealthProbeInterval ? counted : begun;
            returning |= await RestartedWithinAsync(left > FirstProbes ? left : FirstProbes, cancellation);
        }
    }

    private async Task<bool> IsHealthyAsync(CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Options.AppHealthProbeTimeout);
        return await Channel!.ProbeAsync(limit.Token);
    }

    /// <summary>Waits, unless the app's process is started again meanwhile.</summary>
    private async Task<bool> RestartedWithinAsync(TimeSpan longest, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(longest, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await restarts.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    [LoggerMessage(1007, LogLevel.Information, "App {AppId} answers again after its restart; circuit breakers of calls to it are closed")]
    private partial void LogReturned(string appId);

    [LoggerMessage(1008, LogLevel.Error, "The answer of app {AppId} to {Question} can't be read; {Consequence}")]
    private partial void LogUnreadable(Exception failure, string appId, string question, string consequence);

    [LoggerMessage(1006, LogLevel.Information, "waiting for application to listen on port {Port}")]
    private partial void LogWaiting(int port);

    [LoggerMessage(1001, LogLevel.Information, "App {AppId} is ready")]
    private partial void LogReady(string appId);

    [LoggerMessage(1004, LogLevel.Warning, "Skipping programmatic {Question} loading (see flag 'disable-init-endpoints')")]
    private partial void LogSkipped(string question);

    [LoggerMessage(1005, LogLevel.Warning, "App {AppId} wants to host actors ({Types}), but no state store is flagged actorStateStore; they are not hosted")]
    private partial void LogNoActorStore(string appId, string types);

    [LoggerMessage(1003, LogLevel.Error, "App {AppId} could not be asked what it subscribes to")]
    private partial void LogConnectionFailed(Exception failure, string appId);

    [LoggerMessage(1002, LogLevel.Warning, "App {AppId} failed {Failures} health probes; its subscriptions pause until it is well again")]
    private partial void LogUnhealthy(string appId, int failures);
}
