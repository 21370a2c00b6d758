using Sidecar.Components;
using Sidecar.Loops;

namespace Sidecar.PubSub.Subscribing;

/// <summary>The subscriptions of one app: the running ones, and those that the metadata API reports.</summary>
internal sealed partial class SubscriptionManager(
    string appId,
    ComponentSet components,
    PumpFactory pumps,
    TimeProvider time,
    ILogger<SubscriptionManager> logger
) : IAsyncDisposable
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Dictionary<TopicSubscription, Running> running = new(ReferenceEqualityComparer.Instance); // guarded by gate
    private IReadOnlyList<TopicSubscription> wanted = []; // guarded by gate
    private IEventReceiver? app; // guarded by gate; null while the app takes no events

    /// <summary>The app's subscriptions, running or paused, and the open streams, as daprd reports them.</summary>
    public IReadOnlyList<TopicSubscription> Current { get; private set; } = [];

    /// <summary>The subscriptions reported before the app is ready, or without an app.</summary>
    public void Declare(IEnumerable<TopicSubscription> declared)
    {
        wanted = OnePerTopic(declared);
        Current = ActiveSubscriptions();
    }

    /// <summary>
    /// Starts <paramref name="subscriptions"/> with <paramref name="receiver"/>. A subscription with an unknown component, or with a topic
    /// that the app may not read, is left out with an error, as in daprd. A subscription whose broker is down starts when the broker is
    /// back.
    /// </summary>
    public async Task StartAsync(IEnumerable<TopicSubscription> subscriptions, IEventReceiver receiver, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            wanted = OnePerTopic(subscriptions);
            app = receiver;
            Current = ActiveSubscriptions();
        }
        finally
        {
            gate.Release();
        }
        foreach (var subscription in wanted)
        {
            await StartAsync(subscription, receiver, cancellation);
        }
    }

    /// <summary>
    /// Changes the app's subscriptions to <paramref name="subscriptions"/>: starts new ones, ends removed ones, keeps the others. The
    /// metadata API reports a removed one no longer while its running deliveries end, and a new one when it has started.
    /// </summary>
    public async Task ChangeAsync(IEnumerable<TopicSubscription> subscriptions, CancellationToken cancellation)
    {
        var next = OnePerTopic(subscriptions);
        IReadOnlyList<TopicSubscription> ending;
        IReadOnlyList<TopicSubscription> coming;
        IEventReceiver? receiver;
        await gate.WaitAsync(cancellation);
        try
        {
            ending = [.. wanted.Where(subscription => !next.Any(other => ReferenceEquals(other, subscription)))];
            coming = [.. next.Where(subscription => !running.ContainsKey(subscription))];
            wanted = [.. wanted.Except(ending)];
            Current = ActiveSubscriptions();
            receiver = app;
        }
        finally
        {
            gate.Release();
        }
        foreach (var subscription in ending)
        {
            await EndAsync(subscription);
        }
        foreach (var subscription in receiver is null ? [] : coming)
        {
            await StartAsync(subscription, receiver!, cancellation);
        }
        await gate.WaitAsync(cancellation);
        try
        {
            wanted = next;
            Current = ActiveSubscriptions();
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>
    /// Ends all subscriptions to <paramref name="pubsub"/> before it is closed; streams stay open and wait for <see cref="ResumeAsync"/>.
    /// </summary>
    public async Task PauseAsync(string pubsub)
    {
        List<Running> pausing;
        await gate.WaitAsync();
        try
        {
            pausing = [.. running.Where(item => item.Key.PubSub == pubsub).Select(item => item.Value)];
            foreach (
                var (subscription, _) in running
                    .Where(item => item.Key.PubSub == pubsub && item.Key.Kind != SubscriptionKind.Streaming)
                    .ToList()
            )
            {
                running.Remove(subscription);
            }
        }
        finally
        {
            gate.Release();
        }
        await Task.WhenAll(pausing.Select(subscription => subscription.StopAsync()));
    }

    /// <summary>
    /// Restarts the streams of <paramref name="pubsub"/>; <see cref="ChangeAsync"/> starts the app's other subscriptions to it.
    /// </summary>
    public async Task ResumeAsync(string pubsub, CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            foreach (var (subscription, paused) in running.Where(item => item.Key.PubSub == pubsub && item.Value.IsPaused))
            {
                if (Refusal(subscription) is { } refusal)
                {
                    LogRefused(appId, refusal);
                    continue;
                }
                paused.Resume(await pumps.Create(subscription, paused.Receiver).StartAsync(cancellation));
            }
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>The reason why <paramref name="subscription"/> is invalid; null if it is valid.</summary>
    public string? Refusal(TopicSubscription subscription) =>
        !components.Of<PubSubComponent>().TryGetValue(subscription.PubSub, out var component) ? $"pubsub '{subscription.PubSub}' not found"
        : !component.Scopes.MaySubscribe(subscription.Topic)
            ? $"subscription to topic '{subscription.Topic}' on pubsub '{subscription.PubSub}' is not allowed"
        : null;

    /// <summary>Starts the subscription of a stream. Null when it can't be; otherwise dispose of the result to end it.</summary>
    public Task<IAsyncDisposable?> TryStartAsync(TopicSubscription subscription, IEventReceiver receiver, CancellationToken cancellation) =>
        TryStartAsync(subscription, receiver, () => pumps.Create(subscription, receiver).StartAsync(cancellation), cancellation);

    private Task StartAsync(TopicSubscription subscription, IEventReceiver receiver, CancellationToken cancellation) =>
        TryStartAsync(
            subscription,
            receiver,
            () =>
                RetriedStart.StartAsync(
                    $"The subscription of {appId} to topic {subscription.Topic} of {subscription.PubSub}",
                    async stopping => await pumps.Create(subscription, receiver).StartAsync(stopping),
                    time,
                    logger,
                    cancellation
                ),
            cancellation
        );

    private async Task<IAsyncDisposable?> TryStartAsync(
        TopicSubscription subscription,
        IEventReceiver receiver,
        Func<Task<IAsyncDisposable>> start,
        CancellationToken cancellation
    )
    {
        if (Refusal(subscription) is { } refusal)
        {
            LogRefused(appId, refusal);
            return null;
        }
        await gate.WaitAsync(cancellation);
        try
        {
            running[subscription] = new Running(receiver, await start());
            Current = ActiveSubscriptions();
        }
        finally
        {
            gate.Release();
        }
        return new Ending(this, subscription);
    }

    /// <summary>
    /// Ends the app's subscriptions while the component is being replaced; streams continue. Waits for running deliveries.
    /// </summary>
    public Task StopAppAsync() => StopAsync(subscription => subscription.Kind != SubscriptionKind.Streaming);

    /// <summary>Ends all subscriptions; waits for running deliveries.</summary>
    public Task StopAsync() => StopAsync(_ => true);

    private async Task StopAsync(Func<TopicSubscription, bool> ends)
    {
        List<Running> ending;
        await gate.WaitAsync();
        try
        {
            var subscriptions = running.Keys.Where(ends).ToList();
            ending = subscriptions.ConvertAll(subscription => running[subscription]);
            subscriptions.ForEach(subscription => running.Remove(subscription));
            app = null;
            Current = ActiveSubscriptions();
        }
        finally
        {
            gate.Release();
        }
        await Task.WhenAll(ending.Select(subscription => subscription.StopAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        gate.Dispose();
    }

    /// <summary>Of several subscriptions to one topic one counts: the programmatic one before a declared one.</summary>
    private static IReadOnlyList<TopicSubscription> OnePerTopic(IEnumerable<TopicSubscription> subscriptions) =>
        [
            .. subscriptions
                .GroupBy(subscription => (subscription.PubSub, subscription.Topic))
                .Select(same => same.LastOrDefault(one => one.Kind == SubscriptionKind.Programmatic) ?? same.First()),
        ];

    /// <summary>Called under the gate.</summary>
    private IReadOnlyList<TopicSubscription> ActiveSubscriptions() =>
        [.. wanted, .. running.Keys.Where(subscription => subscription.Kind == SubscriptionKind.Streaming)];

    private async Task EndAsync(TopicSubscription subscription)
    {
        Running? ending;
        await gate.WaitAsync();
        try
        {
            running.Remove(subscription, out ending);
            Current = ActiveSubscriptions();
        }
        finally
        {
            gate.Release();
        }
        if (ending is not null)
        {
            await ending.StopAsync();
        }
    }

    /// <summary>The receiver of a subscription's events and its pump, which is null while the component is down.</summary>
    private sealed class Running(IEventReceiver receiver, IAsyncDisposable started)
    {
        private IAsyncDisposable? pump = started;

        public IEventReceiver Receiver => receiver;

        public bool IsPaused => Volatile.Read(ref pump) is null;

        public void Resume(IAsyncDisposable next) => Volatile.Write(ref pump, next);

        public async Task StopAsync()
        {
            if (Interlocked.Exchange(ref pump, null) is { } ending)
            {
                await ending.DisposeAsync();
            }
        }
    }

    private sealed class Ending(SubscriptionManager manager, TopicSubscription subscription) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => new(manager.EndAsync(subscription));
    }

    [LoggerMessage(2401, LogLevel.Error, "App {AppId} goes without a subscription: {Refusal}")]
    private partial void LogRefused(string appId, string refusal);
}
