namespace Sidecar.PubSub;

/// <summary>
/// A message broker component: at least once, and in order of publication for messages that share an ordering key as long as the handler
/// succeeds. All members may be called concurrently.
/// </summary>
internal interface IPubSub : IAsyncDisposable
{
    /// <summary>Completes once the broker has the message with its full durability.</summary>
    Task PublishAsync(BrokerMessage message, CancellationToken cancellation);

    /// <summary>
    /// Passes messages of the topic to <paramref name="handler"/> until the result is disposed, which waits for running deliveries.
    /// Messages published before the first subscription of a consumer group are not delivered.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(SubscribeRequest request, MessageHandler handler, CancellationToken cancellation);
}

/// <summary>
/// A subscription request. With <paramref name="Parallel"/> 0 messages of one ordering key come in the broker's order; otherwise the
/// handler gets up to that many at once, in any order, which bulk subscriptions need.
/// </summary>
internal sealed record SubscribeRequest(string Topic, IReadOnlyDictionary<string, string> Metadata, int Parallel = 0);

/// <summary>A message of the broker.</summary>
internal sealed record BrokerMessage(
    string Topic,
    ReadOnlyMemory<byte> Data,
    string? ContentType,
    IReadOnlyDictionary<string, string> Metadata
)
{
    /// <summary>Stands for metadata that the publisher has not given. They differ from empty ones on Redis and in bulks.</summary>
    public static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    public static readonly IReadOnlyDictionary<string, string> EmptyMetadata = new Dictionary<string, string>();

    /// <summary>False for <see cref="NoMetadata"/>.</summary>
    public static bool IsGiven(IReadOnlyDictionary<string, string> metadata) => !ReferenceEquals(metadata, NoMetadata);

    /// <summary>Messages with the same key stay in order. Null: a message may overtake others and be overtaken.</summary>
    public string? OrderingKey { get; init; }

    /// <summary>Grows with each message of a broker; the messages of a bulk are sorted by it.</summary>
    public long Position { get; init; }
}

internal delegate Task<Acknowledgement> MessageHandler(BrokerMessage message, CancellationToken cancellation);

internal enum Acknowledgement
{
    /// <summary>Dealt with; the broker forgets it for this consumer.</summary>
    Done,

    /// <summary>Not processed; the broker delivers it again if it can.</summary>
    Retry,
}
