using System.Text.Json;
using Dapr.Client;
using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace ServiceDefaults.Aggregates;

/// <summary>
/// Aggregates on Dapr state: a change is a transaction of exactly one upsert and its projection, the event, which the outbox of the store
/// publishes with the commit (an outbox publishes every upsert: hence this one shape). The ETag that was read guards it; a creation is
/// guarded by first-write, and on Redis, where a transaction ignores that, by the gate of <see cref="RecordStore"/> (decision 112).
/// </summary>
/// <param name="choreography">
/// A second component over the same records: events of choreographed sagas leave by its outbox, to a topic of their own, so that no
/// subscriber receives the many orders which ask nothing of it. Null: all leave by the one of <paramref name="store"/>.
/// </param>
public sealed class AggregateStore<T>(DaprClient dapr, string store, Func<string, string> keyOf, string? choreography = null)
{
    private readonly RecordStore records = new(dapr, store);

    public Task<Stored<T>?> FindAsync(string id, CancellationToken cancellation) => records.FindAsync<T>(keyOf(id), cancellation);

    /// <summary>Returns the record, created as <paramref name="initial"/> if there is none. Publishes nothing.</summary>
    public Task<Stored<T>> FindOrCreateAsync(string id, T initial, CancellationToken cancellation) =>
        records.FindOrCreateAsync(keyOf(id), initial, cancellation);

    /// <summary>
    /// Writes the record if the stored one is still the one that was read, or still missing, and publishes the event with it.
    /// </summary>
    public Task<WriteResult> WriteAsync(string id, Stored<T> read, T next, OutgoingEvent published, CancellationToken cancellation) =>
        records.TransactAsync(
            published.Saga == SagaKinds.Choreography ? choreography ?? store : store,
            OutboxOperations.Of(
                keyOf(id),
                JsonSerializer.SerializeToUtf8Bytes(next, Json.Options),
                published,
                read.IsMissing ? null : read.ETag,
                RecordStore.FirstWrite
            ),
            cancellation
        );
}
