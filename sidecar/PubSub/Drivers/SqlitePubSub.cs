namespace Sidecar.PubSub.Drivers;

/// <summary>
/// <c>pubsub.sqlite</c>: a durable broker in a file, for the embedded sidecar alone. Metadata: <c>connectionString</c> (the file),
/// <c>consumerID</c> (the consumer group; default the app id), <c>redeliverInterval</c>, <c>maxConcurrency</c>, <c>migrateFrom</c> (the
/// file that contained the queues before).
/// </summary>
internal sealed class SqlitePubSub(
    string app,
    string name,
    SqliteQueue queue,
    string consumer,
    TimeSpan redeliverInterval,
    int maxConcurrency,
    TimeProvider time,
    ILogger logger
) : IPubSub
{
    private readonly List<SqliteSubscription> subscriptions = []; // guarded by itself

    public Task PublishAsync(BrokerMessage message, CancellationToken cancellation) => queue.PublishAsync(message);

    public async Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation)
    {
        var group = request.Metadata.GetValueOrDefault("consumerID") ?? consumer;
        await queue.AddConsumerAsync(group, request.Topic);
        var subscription = new SqliteSubscription(queue, group, request, handler, redeliverInterval, maxConcurrency, time, logger);
        QueueDepths.Add(subscription, app, name);
        lock (subscriptions)
        {
            subscriptions.Add(subscription);
        }
        return subscription;
    }

    public async ValueTask DisposeAsync()
    {
        SqliteSubscription[] open;
        lock (subscriptions)
        {
            open = [.. subscriptions];
        }
        foreach (var subscription in open)
        {
            await subscription.DisposeAsync();
        }
        await queue.DisposeAsync();
    }
}
