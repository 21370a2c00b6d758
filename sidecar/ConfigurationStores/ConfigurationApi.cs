using System.Collections.Concurrent;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.Metrics;
using Sidecar.Resiliency;

namespace Sidecar.ConfigurationStores;

/// <summary>
/// A message to a subscriber: the id of its subscription and the changed item. The end of the subscription cancels the message.
/// </summary>
internal delegate Task ConfigurationListener(string id, string key, ConfigurationItem item, CancellationToken ending);

/// <summary>The configuration building block of one app, independent of the transport.</summary>
internal sealed class ConfigurationApi(string appId, ComponentSet components, PolicyBook policies, TimeProvider time) : IAsyncDisposable
{
    private const string Unsubscribe = "unsubscribe"; // the operation in metrics

    private readonly ConcurrentDictionary<string, Subscription> subscriptions = new(StringComparer.Ordinal);

    public async Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(
        string store,
        ConfigurationRequest request,
        CancellationToken cancellation
    )
    {
        var component = Demand(store);
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var items = await policies
                .Outbound(store, ComponentKind.Configuration)
                .RunAsync(
                    limit => new ValueTask<IReadOnlyDictionary<string, ConfigurationItem>>(component.Store.GetAsync(request, limit)),
                    cancellation
                );
            succeeded = true;
            return items;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw ConfigurationErrors.GetFailed(request.Keys, store, e.Message);
        }
        finally
        {
            ComponentMeter.ConfigurationDone(appId, store, "get", succeeded, time.GetElapsedTime(begun));
        }
    }

    /// <summary>
    /// Starts a subscription. Changes wait until <paramref name="opened"/> has sent the id to <paramref name="listener"/>.
    /// </summary>
    /// <param name="isStream">True for a subscriber over gRPC, whose subscription can be ended over gRPC as well.</param>
    /// <returns>A task that ends when the subscription is ended by its id.</returns>
    public async Task<(string Id, Task Ended)> SubscribeAsync(
        string store,
        ConfigurationRequest request,
        ConfigurationListener listener,
        Task opened,
        bool isStream,
        CancellationToken cancellation
    )
    {
        var component = Demand(store);
        var id = Guid.NewGuid().ToString();
        var ending = new CancellationTokenSource();
        var begun = time.GetTimestamp();
        var succeeded = false;
        try
        {
            var source = await policies
                .Outbound(store, ComponentKind.Configuration)
                .RunAsync(
                    limit => new ValueTask<IAsyncDisposable>(component.Store.SubscribeAsync(request, NotifyAsync, limit)),
                    cancellation
                );
            var subscription = new Subscription(store, isStream, source, ending);
            subscriptions[id] = subscription;
            succeeded = true;
            return (id, subscription.Ended.Task);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw ConfigurationErrors.SubscribeFailed(request.Keys, store, e.Message);
        }
        finally
        {
            ComponentMeter.ConfigurationDone(appId, store, "subscribe", succeeded, time.GetElapsedTime(begun));
        }

        async Task NotifyAsync(string key, ConfigurationItem item)
        {
            try
            {
                await opened;
                await listener(id, key, item, ending.Token);
            }
            catch (OperationCanceledException)
            {
                // The subscriber has disconnected. The store would treat an exception as its own failure and subscribe again.
            }
        }
    }

    /// <summary>Ends a subscription to <paramref name="store"/>; false if the store has none with this id.</summary>
    public async Task<bool> UnsubscribeAsync(string store, string id)
    {
        var begun = time.GetTimestamp();
        var ended = await EndAsync(id, subscription => subscription.Store == store);
        if (!ended)
        {
            ComponentMeter.ConfigurationDone(appId, store, Unsubscribe, succeeded: false, time.GetElapsedTime(begun));
        }
        return ended;
    }

    /// <summary>Ends a stream; false if none has this id. Subscriptions over HTTP are unknown over gRPC, as in daprd.</summary>
    public Task<bool> EndStreamAsync(string id) => EndAsync(id, subscription => subscription.IsStream);

    /// <summary>Refuses an unknown store.</summary>
    public ConfigurationComponent Demand(string store)
    {
        if (components.Of<ConfigurationComponent>().Count == 0)
        {
            throw ConfigurationErrors.StoresNotConfigured();
        }
        return components.Of<ConfigurationComponent>().GetValueOrDefault(store) ?? throw ConfigurationErrors.StoreNotFound(store);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var id in subscriptions.Keys)
        {
            await EndAsync(id, _ => true);
        }
    }

    private async Task<bool> EndAsync(string id, Func<Subscription, bool> isMeant)
    {
        if (!subscriptions.TryGetValue(id, out var subscription) || !isMeant(subscription) || !subscriptions.TryRemove(id, out _))
        {
            return false;
        }
        var begun = time.GetTimestamp();
        await subscription.DisposeAsync();
        ComponentMeter.ConfigurationDone(appId, subscription.Store, Unsubscribe, succeeded: true, time.GetElapsedTime(begun));
        return true;
    }

    private sealed class Subscription(string store, bool isStream, IAsyncDisposable source, CancellationTokenSource ending)
        : IAsyncDisposable
    {
        public string Store => store;

        public bool IsStream => isStream;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async ValueTask DisposeAsync()
        {
            Ended.TrySetResult();
            await ending.CancelAsync();
            await source.DisposeAsync();
        }
    }
}
