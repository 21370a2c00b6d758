using System.Collections.Concurrent;
using System.Threading.Channels;
using Sidecar.Loops;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// <c>pubsub.in-memory</c>, as in daprd: one process, one delivery. A message whose handler fails is lost, unless a resiliency policy
/// retries or a dead-letter topic receives it. A subscriber gets one message at a time, so bulks have one message.
/// </summary>
internal sealed partial class InMemoryPubSub(TimeProvider time, ILogger<InMemoryPubSub> logger) : IPubSub
{
    private readonly ConcurrentDictionary<Subscriber, bool> subscribers = new();

    private long published;

    public Task PublishAsync(BrokerMessage message, CancellationToken cancellation)
    {
        message = message with { Position = Interlocked.Increment(ref published) };
        foreach (var subscriber in subscribers.Keys)
        {
            if (subscriber.Takes(message.Topic))
            {
                subscriber.Inbox.Writer.TryWrite(message);
            }
        }
        return Task.CompletedTask;
    }

    public Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation)
    {
        var subscriber = new Subscriber(request, handler, time, logger, leaving => subscribers.TryRemove(leaving, out _));
        subscribers[subscriber] = true;
        return Task.FromResult<IAsyncDisposable>(subscriber);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var subscriber in subscribers.Keys)
        {
            await subscriber.DisposeAsync();
        }
    }

    private sealed partial class Subscriber : IAsyncDisposable
    {
        private readonly string topic;
        private readonly ILogger logger;
        private readonly Action<Subscriber> leave;
        private readonly BackgroundLoop pump;

        public Subscriber(SubscribeRequest request, MessageHandler handler, TimeProvider time, ILogger logger, Action<Subscriber> leave)
        {
            topic = request.Topic;
            (this.logger, this.leave) = (logger, leave);
            pump = BackgroundLoop.Start($"Delivery of topic {topic}", stopping => DeliverAsync(handler, stopping), time, logger);
        }

        public Channel<BrokerMessage> Inbox { get; } = Channel.CreateUnbounded<BrokerMessage>(new());

        public bool Takes(string published) =>
            topic == published
            || (topic.EndsWith('*') && published.Length >= topic.Length && published.StartsWith(topic[..^1], StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            leave(this);
            Inbox.Writer.TryComplete();
            await pump.DisposeAsync();
        }

        private async Task DeliverAsync(MessageHandler handler, CancellationToken stopping)
        {
            await foreach (var message in Inbox.Reader.ReadAllAsync(stopping))
            {
                try
                {
                    // Messages of a wildcard come under the subscribed topic; the envelope contains the published one.
                    await handler(message with { Topic = topic }, stopping);
                }
                catch (Exception e) when (!stopping.IsCancellationRequested)
                {
                    LogHandlerFailed(e, topic); // a subscription outlives any one message
                }
            }
        }

        [LoggerMessage(2131, LogLevel.Error, "Handler for topic {Topic} failed; the message is lost")]
        private partial void LogHandlerFailed(Exception failure, string topic);
    }
}
