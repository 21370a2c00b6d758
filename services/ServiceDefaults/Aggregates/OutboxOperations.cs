using System.Text.Json;
using Dapr.Client;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;

namespace ServiceDefaults.Aggregates;

/// <summary>
/// An event on its way out. <paramref name="Type"/> and the names in <paramref name="Data"/> are stored format; the data carries eventId,
/// version and occurredAt itself.
/// </summary>
public sealed record OutgoingEvent(string Type, string Subject, object Data)
{
    /// <summary>
    /// The kind of saga it belongs to (<see cref="SagaKinds"/>), published as the CloudEvents attribute <c>saga</c>; null for an event of
    /// no saga.
    /// </summary>
    public string? Saga { get; init; }

    /// <summary>
    /// The request that began what the event belongs to, published as the CloudEvents attribute <c>requestid</c>. Kept with the aggregate,
    /// so that a timer, a person's decision or a restart does not lose it. Null: the current request.
    /// </summary>
    public string? RequestId { get; init; }
}

/// <summary>
/// The transaction that stores a record and publishes an event: an upsert of the record and, under the same key, the projection that the
/// outbox publishes in its place. Source: Dapr docs, "How-To: Enable the transactional outbox pattern".
/// </summary>
public static class OutboxOperations
{
    /// <remarks>
    /// The event's attributes come from the metadata of the record, its content type from the projection. A content type on the record
    /// would make <c>state.redis</c> store it by JSON.SET, which only a Redis with the RedisJSON module accepts.
    /// </remarks>
    public static IReadOnlyList<StateTransactionRequest> Of(
        string key,
        byte[] record,
        OutgoingEvent published,
        string? etag = null,
        StateOptions? options = null
    )
    {
        var attributes = new Dictionary<string, string> { ["type"] = published.Type, ["subject"] = published.Subject };
        if (published.Saga is { } saga)
        {
            attributes["saga"] = saga;
        }
        if ((published.RequestId ?? RequestId.Current) is { } request)
        {
            attributes["requestid"] = request;
        }
        var projection = new Dictionary<string, string> { ["contentType"] = "application/json", ["outbox.projection"] = "true" };
        return
        [
            new(key, record, StateOperationType.Upsert, etag, attributes, options),
            new(
                key,
                JsonSerializer.SerializeToUtf8Bytes(published.Data, published.Data.GetType(), Json.Options),
                StateOperationType.Upsert,
                metadata: projection
            ),
        ];
    }
}
