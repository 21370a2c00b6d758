using System.Text.Json.Nodes;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// An event for an app. <paramref name="Body"/> is the envelope as JSON bytes; an envelope in a bulk is written anew.
/// </summary>
internal sealed record DeliveredEvent(
    string PubSub,
    string Topic,
    string Path,
    JsonObject Envelope,
    ReadOnlyMemory<byte> Body,
    IReadOnlyDictionary<string, string> Metadata
)
{
    /// <summary>The original message, for subscriptions to raw messages; null for the others.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    /// <summary>The span of the delivery.</summary>
    public TraceContext Trace { get; init; } = TraceContext.Off;
}

/// <summary>An event of a bulk delivery. <paramref name="EntryId"/> connects the app's answer with it.</summary>
internal sealed record DeliveredEntry(string EntryId, DeliveredEvent Event);

/// <summary>The outcome of a delivery.</summary>
internal enum DeliveryStatus
{
    Success,
    Retry,

    /// <summary>The app drops the event, or no rule routes it. It goes to the dead-letter topic.</summary>
    Drop,

    /// <summary>The event has expired, or the app has nothing at its route. It goes to the dead-letter topic.</summary>
    Undeliverable,

    /// <summary>The app has no handler for the event. It goes to no dead-letter topic.</summary>
    Ignored,
}

/// <summary>An app has failed with a status of its protocol, HTTP or gRPC; the event has to be delivered again.</summary>
internal sealed class DeliveryRefusedException(int code, string message) : Exception(message)
{
    public int Code => code;
}

/// <summary>The receiver of events in an app.</summary>
internal interface IEventReceiver
{
    /// <exception cref="DeliveryRefusedException">The app has answered with a failing status, which retry rules may look at.</exception>
    Task<DeliveryStatus> DeliverAsync(DeliveredEvent delivered, CancellationToken cancellation);

    /// <summary>Returns one status per entry, in the order of <paramref name="entries"/>.</summary>
    /// <param name="trace">The span of the delivery.</param>
    /// <exception cref="DeliveryRefusedException">
    /// A gRPC app has answered with a failing code. The status of an HTTP app does not count for bulks, as in daprd.
    /// </exception>
    Task<IReadOnlyList<DeliveryStatus>> DeliverManyAsync(
        string pubsub,
        string topic,
        string path,
        IReadOnlyList<DeliveredEntry> entries,
        TraceContext trace,
        CancellationToken cancellation
    );
}
