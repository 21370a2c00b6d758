namespace Sidecar.PubSub;

/// <summary>A broker whose topics begin with a namespace, which neither apps nor envelopes see.</summary>
internal sealed class NamespacedTopics(IPubSub broker, string prefix) : IPubSub
{
    public Task PublishAsync(BrokerMessage message, CancellationToken cancellation) =>
        broker.PublishAsync(message with { Topic = prefix + message.Topic }, cancellation);

    public Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation) =>
        broker.SubscribeAsync(
            request with
            {
                Topic = prefix + request.Topic,
            },
            (message, stopping) => handler(message with { Topic = Visible(message.Topic) }, stopping),
            cancellation
        );

    public ValueTask DisposeAsync() => broker.DisposeAsync();

    private string Visible(string topic) => topic.StartsWith(prefix, StringComparison.Ordinal) ? topic[prefix.Length..] : topic;
}
