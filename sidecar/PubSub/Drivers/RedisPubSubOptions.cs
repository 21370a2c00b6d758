namespace Sidecar.PubSub.Drivers;

/// <summary>Metadata of <c>pubsub.redis</c>. Names and defaults: Dapr's component reference.</summary>
internal sealed record RedisPubSubOptions(
    string ConsumerId,
    TimeSpan ProcessingTimeout,
    TimeSpan RedeliverInterval,
    int QueueDepth,
    int Concurrency,
    long MaxLength,
    TimeSpan StreamTimeToLive
)
{
    /// <summary>Either at zero switches redelivery off.</summary>
    public bool Redelivers => ProcessingTimeout > TimeSpan.Zero && RedeliverInterval > TimeSpan.Zero;
}
