using System.Text.Json;

namespace ServiceDefaults.Events;

/// <summary>A CloudEvent as Dapr delivers it, with the attributes that services read.</summary>
public sealed record IncomingEvent<TData>(string Id, string Type, TData Data, string? Subject = null, string? Saga = null, string? RequestId = null, string? ReplayFor = null)
{
    /// <summary>The CloudEvents attribute of a replayed dead letter: the one app that it is meant for. Stored format.</summary>
    public const string ReplayForAttribute = "replayfor";

    /// <summary>True for a dead letter of another app that an operator has put back on the topic; this app has handled the event before.</summary>
    public bool IsForAnother(string? appId) => ReplayFor is { Length: > 0 } meant && meant != appId;
}

/// <summary>What is to become of a delivered event.</summary>
public enum Delivery
{
    Done,

    /// <summary>Later, as often as the resiliency policy allows.</summary>
    Retry,

    /// <summary>Never again: it goes to the dead-letter topic for a person to look at.</summary>
    Drop,
}

/// <summary>Answers to deliveries. Source: Dapr docs, "Pub/sub API reference", expected HTTP response.</summary>
internal sealed record DeliveryAnswer(string Status)
{
    public static DeliveryAnswer Of(Delivery delivery) => new(delivery switch { Delivery.Done => "SUCCESS", Delivery.Drop => "DROP", _ => "RETRY" });
}

/// <summary>A bulk of events, and the answer to each. Source: Dapr docs, "Publish and subscribe to bulk messages".</summary>
internal sealed record BulkDelivery(IReadOnlyList<BulkEntry> Entries);

internal sealed record BulkEntry(string EntryId, JsonElement Event);

internal sealed record BulkAnswer(IReadOnlyList<EntryAnswer> Statuses);

internal sealed record EntryAnswer(string EntryId, string Status);
