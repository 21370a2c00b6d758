using System.Runtime.ExceptionServices;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;

namespace ServiceDefaults.State;

/// <summary>
/// Reads and writes records of one Dapr state store with optimistic concurrency: a creation by first-write, a change by the ETag that was
/// read. Dapr reports a stale ETag and an unavailable store by the same errors; this class distinguishes them by reading again. An
/// unavailable store is an exception.
/// </summary>
public sealed class RecordStore(DaprClient dapr, string store)
{
    /// <summary>The options of every guarded operation.</summary>
    public static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    private readonly WriteGate gate = WriteGate.Of(dapr, store);

    public async Task<Stored<T>?> FindAsync<T>(string key, CancellationToken cancellation)
    {
        var (value, etag) = await dapr.GetStateAndETagAsync<T>(store, key, ConsistencyMode.Strong, cancellationToken: cancellation);
        return string.IsNullOrEmpty(etag) ? null : new Stored<T>(value, etag);
    }

    /// <summary>
    /// Reads many records in one call. The result has an entry for each key. A key without a record is read again by itself: if
    /// <c>state.redis</c> fails to read one of the keys, daprd puts the error into its item, and the SDK returns the item without the
    /// error, like that of a missing record. A reservation without its products would be refused as out of stock.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, StoredJson>> FindManyAsync(
        IReadOnlyCollection<string> keys,
        CancellationToken cancellation
    )
    {
        var found = await FindManyUncheckedAsync(keys, cancellation);
        var records = await Task.WhenAll(
            found.Select(async one => (one.Key, Record: one.Value.ETag is null ? await FindJsonAsync(one.Key, cancellation) : one.Value))
        );
        return records.ToDictionary(one => one.Key, one => one.Record, StringComparer.Ordinal);
    }

    /// <summary>
    /// Like <see cref="FindManyAsync"/>, but a record that the store failed to read may count as missing, and no key is read again. For
    /// callers that only create what is missing, and read again after that.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, StoredJson>> FindManyUncheckedAsync(
        IReadOnlyCollection<string> keys,
        CancellationToken cancellation
    )
    {
        if (keys.Count == 0)
        {
            return new Dictionary<string, StoredJson>();
        }
        var items = await dapr.GetBulkStateAsync(store, [.. keys], parallelism: null, cancellationToken: cancellation);
        var found = items
            .Where(item => !string.IsNullOrEmpty(item.ETag))
            .ToDictionary(item => item.Key, item => new StoredJson(item.Value, item.ETag), StringComparer.Ordinal);
        return keys.Distinct(StringComparer.Ordinal)
            .ToDictionary(key => key, key => found.GetValueOrDefault(key, StoredJson.Missing), StringComparer.Ordinal);
    }

    private async Task<StoredJson> FindJsonAsync(string key, CancellationToken cancellation) =>
        await FindAsync<JsonElement>(key, cancellation) is { } found
            ? new StoredJson(found.Value.GetRawText(), found.ETag)
            : StoredJson.Missing;

    /// <summary>Stale: the record exists already, and stays as it is.</summary>
    public async Task<WriteResult> CreateAsync<T>(string key, T value, CancellationToken cancellation)
    {
        if (await TryCreateAsync(key, value, cancellation) is not { } failure)
        {
            return WriteResult.Written;
        }
        if (await FindAsync<T>(key, cancellation) is null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        return WriteResult.Stale;
    }

    /// <summary>
    /// The record, created as <paramref name="initial"/> if there is none. Of several callers that create at once one wins, and all see the
    /// same.
    /// </summary>
    /// <remarks>Tries to create first, because that is what happens to nearly every key once.</remarks>
    public async Task<Stored<T>> FindOrCreateAsync<T>(string key, T initial, CancellationToken cancellation)
    {
        var failure = await TryCreateAsync(key, initial, cancellation);
        if (await FindAsync<T>(key, cancellation) is { } found)
        {
            return found;
        }
        if (failure is not null)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
        throw new InvalidOperationException($"'{key}' was created in store '{store}' and is not there");
    }

    /// <summary>Replaces a record if it is still the one that was read.</summary>
    public Task<WriteResult> ReplaceAsync<T>(string key, T value, string etag, CancellationToken cancellation) =>
        gate.PassAsync(
            [(key, etag)],
            () => Task.FromResult(false), // the store decides: a single write is refused whole everywhere
            async () =>
                await dapr.TrySaveStateAsync(store, key, value, etag, FirstWrite, cancellationToken: cancellation)
                    ? WriteResult.Written
                    : WriteResult.Stale,
            cancellation
        );

    /// <summary>Creates a record that was read as missing, or replaces one that was read with an ETag.</summary>
    public Task<WriteResult> WriteAsync<T>(string key, T value, string? etag, CancellationToken cancellation) =>
        etag is null ? CreateAsync(key, value, cancellation) : ReplaceAsync(key, value, etag, cancellation);

    /// <summary>Writes all changes or none.</summary>
    public Task<WriteResult> TransactAsync(IReadOnlyCollection<RecordChange> changes, CancellationToken cancellation) =>
        TransactAsync(store, [.. changes.Select(change => change.ToRequest())], cancellation);

    /// <summary>Writes all changes or none through <paramref name="component"/>, a component over the records of this store.</summary>
    public async Task<WriteResult> TransactAsync(
        string component,
        IReadOnlyList<StateTransactionRequest> operations,
        CancellationToken cancellation
    )
    {
        var guarded = operations.Where(operation => operation.Options is not null).ToList();
        return await gate.PassAsync(
            [.. guarded.Select(operation => (operation.Key, operation.ETag ?? ""))],
            () => IsStaleAsync(guarded, cancellation),
            async () =>
            {
                try
                {
                    await dapr.ExecuteStateTransactionAsync(component, operations, cancellationToken: cancellation);
                    return WriteResult.Written;
                }
                catch (Exception e) when (e is DaprException or RpcException)
                {
                    if (await IsStaleAsync(guarded, cancellation))
                    {
                        return WriteResult.Stale;
                    }
                    throw;
                }
            },
            cancellation
        );
    }

    private async Task<Exception?> TryCreateAsync<T>(string key, T value, CancellationToken cancellation)
    {
        Exception? failure = null;
        await gate.PassAsync(
            [(key, "")],
            () => Task.FromResult(false), // as above
            async () =>
            {
                try
                {
                    await dapr.SaveStateAsync(store, key, value, FirstWrite, cancellationToken: cancellation);
                }
                catch (Exception e) when (e is DaprException or RpcException)
                {
                    failure = e; // another writer was first, or the store is away: a read tells
                }
                return WriteResult.Written;
            },
            cancellation
        );
        return failure;
    }

    /// <summary>True if another ETag stands where one of the guarded operations expected its own.</summary>
    private async Task<bool> IsStaleAsync(List<StateTransactionRequest> guarded, CancellationToken cancellation)
    {
        if (guarded is [var single])
        {
            return (await FindAsync<JsonElement>(single.Key, cancellation))?.ETag != NullIfEmpty(single.ETag);
        }
        var now = await FindManyAsync([.. guarded.Select(operation => operation.Key)], cancellation);
        return guarded.Any(operation => now[operation.Key].ETag != NullIfEmpty(operation.ETag));
    }

    private static string? NullIfEmpty(string? etag) => string.IsNullOrEmpty(etag) ? null : etag;
}
