using System.Text.Json;
using Dapr.Client;
using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace ServiceDefaults.Aggregates;

/// <summary>
/// Aggregates on Dapr state, safe on every store alike: a record is created by a first-write save, and changed under its ETag by a
/// transaction of exactly one upsert and its projection, the event, which the outbox of the store publishes with the commit. First-write
/// inside a transaction is no guard on Redis, and an outbox publishes every upsert: hence this one shape.
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

    /// <summary>Replaces the record if it is still the one that was read, and publishes the event with it.</summary>
    public Task<WriteResult> ReplaceAsync(string id, Stored<T> read, T next, OutgoingEvent published, CancellationToken cancellation) =>
        records.TransactAsync(
            published.Saga == SagaKinds.Choreography ? choreography ?? store : store,
            OutboxOperations.Of(
                keyOf(id),
                JsonSerializer.SerializeToUtf8Bytes(next, Json.Options),
                published,
                read.ETag,
                RecordStore.FirstWrite
            ),
            cancellation
        );
}
