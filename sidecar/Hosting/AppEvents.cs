using System.Text.Json;
using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Bindings;
using Sidecar.Cel;
using Sidecar.Components;
using Sidecar.Jobs;
using Sidecar.PubSub;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resources;

namespace Sidecar.Hosting;

/// <summary>
/// The sources of an app's events: subscriptions, input bindings and jobs. They run while the app is healthy; one caller at a time starts,
/// stops or changes them.
/// </summary>
internal sealed partial class AppEvents(
    AppOptions options,
    ResourceSet resources,
    ComponentSet components,
    SubscriptionManager subscriptions,
    InputBindings bindings,
    JobService jobs,
    IAppChannel? channel,
    AppReadiness readiness,
    StartupQueries queries,
    ILogger logger
) : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);

    // guarded by gate
    private IReadOnlyList<(Subscription Resource, TopicSubscription Topic)> declared = Declared(options.AppId, resources, []);
    private IReadOnlyList<TopicSubscription>? programmatic; // guarded by gate; null until the app has been queried
    private bool noMoreEvents;

    /// <summary>Reports the declared subscriptions, which do not run yet.</summary>
    public Task DeclareAsync(CancellationToken cancellation)
    {
        subscriptions.Declare(Topics());
        return Task.CompletedTask;
    }

    /// <summary>Queries the app and starts its event sources. After a failure none of them runs.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            programmatic = null;
            var wanted = await WantedAsync(cancellation);
            readiness.IsHealthy = true;
            if (!noMoreEvents)
            {
                await subscriptions.StartAsync(wanted, channel!, cancellation);
                await bindings.StartAsync(channel!, cancellation);
                await jobs.StartAppAsync(channel!, cancellation);
            }
        }
        catch
        {
            // Not half-way: the next attempt begins with nothing running.
            readiness.IsHealthy = false;
            await StopAppAsync();
            throw;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The app gets no events until they are started again; subscriptions over streams go on.</summary>
    public async Task HoldAsync()
    {
        await gate.WaitAsync();
        try
        {
            await StopAppAsync();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>Stops all event sources.</summary>
    public async Task StopAsync()
    {
        noMoreEvents = true;
        await HoldAsync();
        await subscriptions.StopAsync();
    }

    /// <summary>Changes components, then continues with the subscriptions in <paramref name="changed"/>.</summary>
    public async Task ChangeAsync(Func<Task> change, ResourceSet changed, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            await change();
            declared = Declared(options.AppId, changed, declared);
            await ResumeAsync(cancellation);
        }
        finally
        {
            gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await subscriptions.DisposeAsync();
        await jobs.DisposeAsync();
        gate.Dispose();
    }

    private IEnumerable<TopicSubscription> Topics() => declared.Select(subscription => subscription.Topic);

    private async Task ResumeAsync(CancellationToken cancellation)
    {
        var reachable = channel is not null && readiness.IsHealthy;
        try
        {
            await subscriptions.ChangeAsync(reachable ? await WantedAsync(cancellation) : Topics(), cancellation);
            if (reachable && !noMoreEvents)
            {
                await bindings.StartAsync(channel!, cancellation);
            }
        }
        catch (Exception e) when (e is HttpRequestException or RpcException)
        {
            LogConnectionFailed(e, options.AppId); // the app is not running; the next change queries it again
        }
    }

    /// <summary>Called under the gate.</summary>
    private async Task StopAppAsync()
    {
        jobs.StopApp();
        await bindings.StopAsync();
        await subscriptions.StopAppAsync();
    }

    /// <summary>Combines the declared subscriptions with the app's programmatic ones, which are queried once there is a broker.</summary>
    private async Task<IReadOnlyList<TopicSubscription>> WantedAsync(CancellationToken cancellation)
    {
        programmatic ??=
            components.Of<PubSubComponent>().Count == 0 ? null
            : queries.Skips("subscribe") ? []
            : await FetchAsync(cancellation);
        return [.. Topics(), .. programmatic ?? []];
    }

    /// <summary>
    /// An answer that can't be read counts as none, as in daprd: the app runs on without these subscriptions. A broken connection is a
    /// failure.
    /// </summary>
    private async Task<IReadOnlyList<TopicSubscription>> FetchAsync(CancellationToken cancellation)
    {
        try
        {
            return await channel!.GetSubscriptionsAsync(cancellation);
        }
        catch (Exception e) when (e is JsonException or CelException or RpcException { Status.DebugException: null })
        {
            LogUnreadable(e, options.AppId, options.AppIsGrpc ? "ListTopicSubscriptions" : "GET /dapr/subscribe");
            return [];
        }
    }

    /// <summary>
    /// A later subscription replaces an earlier one of the same name; an unchanged one stays the same object and keeps its place before
    /// those that start, as in daprd's metadata.
    /// </summary>
    private static IReadOnlyList<(Subscription Resource, TopicSubscription Topic)> Declared(
        string appId,
        ResourceSet resources,
        IReadOnlyList<(Subscription Resource, TopicSubscription Topic)> before
    ) =>
        [
            .. resources
                .Subscriptions.Where(subscription => subscription.AppliesTo(appId))
                .Reverse()
                .DistinctBy(subscription => subscription.Name)
                .Reverse()
                .Select(subscription => (Resource: subscription, Place: PlaceIn(before, subscription)))
                .OrderBy(item => item.Place)
                .Select(item =>
                    (item.Resource, item.Place < before.Count ? before[item.Place].Topic : TopicSubscription.From(item.Resource))
                ),
        ];

    /// <summary>The index of the unchanged subscription; the end of the list if there is none.</summary>
    private static int PlaceIn(IReadOnlyList<(Subscription Resource, TopicSubscription Topic)> before, Subscription subscription) =>
        before.TakeWhile(known => known.Resource.Content != subscription.Content).Count();

    [LoggerMessage(1008, LogLevel.Error, "The answer of app {AppId} to {Question} can't be read; only declared subscriptions run")]
    private partial void LogUnreadable(Exception failure, string appId, string question);

    [LoggerMessage(1003, LogLevel.Error, "App {AppId} could not be queried for its subscriptions")]
    private partial void LogConnectionFailed(Exception failure, string appId);
}
