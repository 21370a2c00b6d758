using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace ServiceDefaults.Events;

/// <summary>A CloudEvent as Dapr delivers it, with the attributes that services read.</summary>
public sealed record IncomingEvent<TData>(
    string Id,
    string Type,
    TData Data,
    string? Subject = null,
    string? Saga = null,
    string? RequestId = null,
    string? ReplayFor = null
)
{
    /// <summary>True for a replayed dead letter of another app; this app has handled the event before.</summary>
    public bool IsForAnother(string? appId) => ReplayedEvents.AreForAnother(ReplayFor, appId);
}

/// <summary>A dead letter that an operator puts back on its topic names the one app that could not take it.</summary>
public static class ReplayedEvents
{
    /// <summary>Stored format: the CloudEvents attribute.</summary>
    public const string Attribute = "replayfor";

    public static bool AreForAnother(string? meant, string? appId) => meant is { Length: > 0 } && meant != appId;
}

/// <summary>A bulk of events, and the answer to each. Source: Dapr docs, "Publish and subscribe to bulk messages".</summary>
internal sealed record BulkDelivery(IReadOnlyList<BulkEntry> Entries);

internal sealed record BulkEntry(string EntryId, JsonElement Event);

internal sealed record BulkAnswer(IReadOnlyList<EntryAnswer> Statuses)
{
    public static IResult Of(BulkDelivery bulk, Func<BulkEntry, Delivery> answer) =>
        Results.Json(
            new BulkAnswer([.. bulk.Entries.Select(entry => new EntryAnswer(entry.EntryId, DeliveryAnswer.Of(answer(entry)).Status))]),
            Json.Options
        );
}

internal sealed record EntryAnswer(string EntryId, string Status);
