using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Sidecar.PubSub.Drivers;

/// <summary>
/// <c>pubsub.in-memory</c>, as in daprd: one process, one delivery. A message whose handler fails is gone, unless a resiliency
/// policy tries again or a dead-letter topic takes it. A subscriber gets one message at a time, so that bulks are of one message.
/// </summary>
internal sealed class InMemoryPubSub : IPubSub
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
        var subscriber = new Subscriber(request, handler, leaving => subscribers.TryRemove(leaving, out _));
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

    private sealed class Subscriber : IAsyncDisposable
    {
        private readonly string topic;
        private readonly Action<Subscriber> leave;
        private readonly CancellationTokenSource stopping = new();
        private readonly Task pump;

        public Subscriber(SubscribeRequest request, MessageHandler handler, Action<Subscriber> leave)
        {
            topic = request.Topic;
            this.leave = leave;
            pump = Task.Run(() => DeliverAsync(handler));
        }

        public Channel<BrokerMessage> Inbox { get; } = Channel.CreateUnbounded<BrokerMessage>(new());

        public bool Takes(string published)
            => topic == published || (topic.EndsWith('*') && published.Length >= topic.Length && published.StartsWith(topic[..^1], StringComparison.Ordinal));

        public async ValueTask DisposeAsync()
        {
            leave(this);
            Inbox.Writer.TryComplete();
            await stopping.CancelAsync();
            await pump;
            stopping.Dispose();
        }

        private async Task DeliverAsync(MessageHandler handler)
        {
            await foreach (var message in Inbox.Reader.ReadAllAsync())
            {
                if (stopping.IsCancellationRequested)
                {
                    return;
                }
                // A wildcard's messages come under the topic that was subscribed to; the envelope says where they were published.
                await handler(message with { Topic = topic }, stopping.Token);
            }
        }
    }
}
