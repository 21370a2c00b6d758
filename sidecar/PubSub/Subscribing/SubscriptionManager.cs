using Sidecar.Components;

namespace Sidecar.PubSub.Subscribing;

/// <summary>The subscriptions of one app: what runs, and what the metadata API tells of it.</summary>
internal sealed partial class SubscriptionManager(string appId, ComponentSet components, TimeProvider time, ILoggerFactory loggers) : IAsyncDisposable
{
    private readonly ILogger logger = loggers.CreateLogger<SubscriptionManager>();
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<TopicSubscription, IAsyncDisposable> running = new(ReferenceEqualityComparer.Instance); // guarded by gate

    /// <summary>A copy of what is subscribed now.</summary>
    public IReadOnlyList<TopicSubscription> Current { get; private set; } = [];

    /// <summary>
    /// Starts <paramref name="subscriptions"/> with <paramref name="receiver"/>. One that names no known component, or a topic it
    /// may not read, is left out with an error, as in daprd.
    /// </summary>
    public async Task StartAsync(IEnumerable<TopicSubscription> subscriptions, IEventReceiver receiver, CancellationToken cancellation)
    {
        foreach (var subscription in subscriptions)
        {
            await TryStartAsync(subscription, receiver, cancellation);
        }
    }

    /// <summary>Null when the subscription can't be; otherwise dispose of the result to end it.</summary>
    public async Task<IAsyncDisposable?> TryStartAsync(TopicSubscription subscription, IEventReceiver receiver, CancellationToken cancellation)
    {
        if (!components.PubSubs.TryGetValue(subscription.PubSub, out var component))
        {
            LogNoPubSub(subscription.PubSub, subscription.Topic);
            return null;
        }
        if (!component.Scopes.MaySubscribe(subscription.Topic))
        {
            LogNotAllowed(subscription.Topic, subscription.PubSub, appId);
            return null;
        }
        var pump = new SubscriptionPump(subscription, component.Broker, receiver, time, loggers.CreateLogger<SubscriptionPump>());
        await gate.WaitAsync(cancellation);
        try
        {
            running[subscription] = await pump.StartAsync(cancellation);
            Current = [.. running.Keys];
        }
        finally
        {
            gate.Release();
        }
        return new Ending(this, subscription);
    }

    /// <summary>Ends all that is running; waits for deliveries under way.</summary>
    public async Task StopAsync()
    {
        List<IAsyncDisposable> ending;
        await gate.WaitAsync();
        try
        {
            ending = [.. running.Values];
            running.Clear();
            Current = [];
        }
        finally
        {
            gate.Release();
        }
        foreach (var subscription in ending)
        {
            await subscription.DisposeAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        gate.Dispose();
    }

    private async Task EndAsync(TopicSubscription subscription)
    {
        IAsyncDisposable? ending;
        await gate.WaitAsync();
        try
        {
            running.Remove(subscription, out ending);
            Current = [.. running.Keys];
        }
        finally
        {
            gate.Release();
        }
        if (ending is not null)
        {
            await ending.DisposeAsync();
        }
    }

    private sealed class Ending(SubscriptionManager manager, TopicSubscription subscription) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(manager.EndAsync(subscription));
    }

    [LoggerMessage(2401, LogLevel.Error, "Subscription to topic {Topic}: pubsub {PubSub} is not there for this app")]
    private partial void LogNoPubSub(string pubSub, string topic);

    [LoggerMessage(2402, LogLevel.Error, "Subscription to topic {Topic} on pubsub {PubSub} is not allowed for app {AppId}")]
    private partial void LogNotAllowed(string topic, string pubSub, string appId);
}
