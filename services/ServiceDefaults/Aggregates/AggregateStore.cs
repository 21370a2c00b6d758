using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;
using ServiceDefaults.Events;

namespace ServiceDefaults.Aggregates;

/// <summary>What is stored, and the ETag that guards the next write.</summary>
public sealed record Stored<T>(T Value, string ETag);

/// <summary>
/// Aggregates on Dapr state, safe on every store alike: a record is created by a first-write save, and changed under its ETag by a
/// transaction of exactly one upsert and its projection, the event, which the outbox of the store publishes with the commit.
/// First-write inside a transaction is no guard on Redis, and an outbox publishes every upsert: hence this one shape.
/// </summary>
/// <param name="choreography">
/// A second component over the same records: events of choreographed sagas leave by its outbox, to a topic of their own, so that nobody
/// is told of the many orders which ask nothing of him. Null: all leave by the one of <paramref name="store"/>.
/// </param>
public sealed class AggregateStore<T>(DaprClient dapr, string store, Func<string, string> keyOf, string? choreography = null)
{
    private static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    public async Task<Stored<T>?> FindAsync(string id, CancellationToken cancellation)
    {
        var (value, etag) = await dapr.GetStateAndETagAsync<T>(store, keyOf(id), ConsistencyMode.Strong, cancellationToken: cancellation);
        return string.IsNullOrEmpty(etag) ? null : new Stored<T>(value, etag);
    }

    /// <summary>
    /// The record, created as <paramref name="initial"/> if there is none. Publishes nothing. Of several who create at once one
    /// wins, and all see the same.
    /// </summary>
    /// <remarks>
    /// Tries to create first, because that is what happens to nearly every id once. On Redis a record that was created by a
    /// first-write save, as all of these are, refuses later ones.
    /// </remarks>
    public async Task<Stored<T>> FindOrCreateAsync(string id, T initial, CancellationToken cancellation)
    {
        Exception? lost = null;
        try
        {
            await dapr.SaveStateAsync(store, keyOf(id), initial, FirstWrite, cancellationToken: cancellation);
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            lost = e; // either somebody was first, which the read below shows, or the store is away
        }
        return await FindAsync(id, cancellation)
            ?? throw new InvalidOperationException($"'{keyOf(id)}' could not be created in store '{store}'", lost);
    }

    /// <summary>
    /// Replaces the record if it is still the one read, and publishes the event with it. False: somebody else has written since;
    /// read again and decide anew.
    /// </summary>
    public async Task<bool> TryReplaceAsync(string id, Stored<T> read, T next, OutgoingEvent published, CancellationToken cancellation)
    {
        var key = keyOf(id);
        var operations = OutboxOperations.Of(
            key,
            JsonSerializer.SerializeToUtf8Bytes(next, Json.Options),
            published,
            read.ETag,
            FirstWrite
        );
        try
        {
            await dapr.ExecuteStateTransactionAsync(
                published.Saga == SagaKinds.Choreography ? choreography ?? store : store,
                operations,
                cancellationToken: cancellation
            );
            return true;
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            // Transactions tell a stale ETag and a broken store alike; only the first leaves another ETag behind.
            if (await FindAsync(id, cancellation) is { } now && now.ETag != read.ETag)
            {
                return false;
            }
            throw;
        }
    }
}
