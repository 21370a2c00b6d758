using System.Net.Sockets;
using Sidecar.Actors;
using Sidecar.Apps;
using Sidecar.Invocation;
using Sidecar.Jobs;
using Sidecar.PubSub.Subscribing;
using Sidecar.State;

namespace Sidecar.Hosting;

/// <summary>The sidecar's way to its app: it waits for it, asks what it wants, and watches its health.</summary>
internal sealed partial class AppSidecar
{
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
        }
        else
        {
            await SubscribeAsync(cancellation);
            Ready = true;
            well.TrySetResult();
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
        if (answer.Status != 200 || answer.Body.IsEmpty || ActorTypes.Parse(answer.Body.Span) is not { Count: > 0 } types)
        {
            return;
        }
        await HostAsync(types, new HttpActorApp(Channel), cancellation);
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
        await host.Reminders.StartAsync(host.Hosts, cancellation);
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
                await Subscriptions.StartAsync(wanted, Channel!, cancellation);
                await InputBindings.StartAsync(Channel!, cancellation);
                await JobService.StartAppAsync(Channel!, cancellation);
            }
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
            JobService.StopApp();
            await InputBindings.StopAsync();
            await Subscriptions.StopAsync();
        }
        finally
        {
            events.Release();
        }
    }

    /// <summary>What the app is to be sent: what resources say, and what it says itself, which is asked for once there is a broker.</summary>
    private async Task<IReadOnlyList<TopicSubscription>> WantedAsync(CancellationToken cancellation)
    {
        programmatic ??= Components.PubSubs.Count == 0 ? null : Skips("subscribe") ? [] : await Channel!.GetSubscriptionsAsync(cancellation);
        return [.. declared.Select(subscription => subscription.Topic), .. programmatic ?? []];
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

    private async Task WatchHealthAsync(CancellationToken cancellation)
    {
        // Until the app is well for the first time nothing but waiting happens, so it is asked more often.
        using var timer = new PeriodicTimer(FirstProbes, time);
        var failures = 0;
        do
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Options.AppHealthProbeTimeout);
            if (await Channel!.ProbeAsync(limit.Token))
            {
                failures = 0;
                if (!AppIsWell)
                {
                    await SubscribeAsync(cancellation);
                    timer.Period = Options.AppHealthProbeInterval;
                    well.TrySetResult();
                }
            }
            else if (++failures == Options.AppHealthThreshold && AppIsWell)
            {
                LogUnhealthy(Options.AppId, failures);
                AppIsWell = false;
                Interlocked.Exchange(ref unwell, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
                await HoldEventsAsync();
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

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
