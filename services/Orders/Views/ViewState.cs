using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;
using ServiceDefaults;

namespace Orders.Views;

/// <summary>A record as it was read; no ETag: it is not there.</summary>
internal sealed record Kept(string Json, string? ETag)
{
    public T? As<T>()
        where T : class => ETag is null ? null : JsonSerializer.Deserialize<T>(Json, ServiceDefaults.Json.Options);
}

/// <summary>
/// The store of the read model: many records in one call, and changes of many records in one transaction, each under the ETag it was
/// read with. It has no outbox.
/// </summary>
internal sealed class ViewState(DaprClient dapr)
{
    private const string Store = "orders-views";

    private static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    public async Task<IReadOnlyDictionary<string, Kept>> ReadAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation)
    {
        if (keys.Count == 0)
        {
            return new Dictionary<string, Kept>();
        }
        var items = await dapr.GetBulkStateAsync(Store, [.. keys], parallelism: null, cancellationToken: cancellation);
        return items.ToDictionary(
            item => item.Key,
            item => new Kept(item.Value, string.IsNullOrEmpty(item.ETag) ? null : item.ETag),
            StringComparer.Ordinal
        );
    }

    public async Task<T?> FindAsync<T>(string key, CancellationToken cancellation)
        where T : class => await dapr.GetStateAsync<T?>(Store, key, ConsistencyMode.Strong, cancellationToken: cancellation);

    /// <summary>Writes a record whatever was there; it is removed after <paramref name="lifetime"/>.</summary>
    public Task SaveAsync<T>(string key, T value, TimeSpan lifetime, CancellationToken cancellation) =>
        dapr.SaveStateAsync(
            Store,
            key,
            value,
            metadata: new Dictionary<string, string>
            {
                ["ttlInSeconds"] = ((int)lifetime.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
            cancellationToken: cancellation
        );

    /// <summary>Makes sure that the records are there, so that their ETags can guard a transaction on any store.</summary>
    public Task EnsureAsync<T>(IEnumerable<string> keys, T initial, CancellationToken cancellation) =>
        Task.WhenAll(
            keys.Select(async key =>
            {
                try
                {
                    await dapr.SaveStateAsync(Store, key, initial, FirstWrite, cancellationToken: cancellation);
                }
                catch (Exception e) when (e is DaprException or RpcException)
                {
                    if ((await ReadAsync([key], cancellation))[key].ETag is null)
                    {
                        throw; // not somebody who was faster: the store is away
                    }
                }
            })
        );

    /// <summary>All or nothing. False: somebody else has changed one of the records since it was read.</summary>
    public async Task<bool> TryWriteAsync(IReadOnlyCollection<ViewChange> changes, CancellationToken cancellation)
    {
        try
        {
            await dapr.ExecuteStateTransactionAsync(
                Store,
                [.. changes.Select(change => change.ToRequest())],
                cancellationToken: cancellation
            );
            return true;
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            var now = await ReadAsync([.. changes.Select(change => change.Key)], cancellation);
            if (changes.Any(change => now[change.Key].ETag != change.ETag))
            {
                return false;
            }
            throw;
        }
    }
}

/// <summary>A record to be written, or with <see cref="Value"/> null deleted, if it is still as it was read.</summary>
internal sealed record ViewChange(string Key, object? Value, string? ETag)
{
    private static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    public StateTransactionRequest ToRequest() =>
        Value is null
            ? new StateTransactionRequest(Key, null, StateOperationType.Delete, ETag, null, FirstWrite)
            : new StateTransactionRequest(
                Key,
                JsonSerializer.SerializeToUtf8Bytes(Value, Value.GetType(), Json.Options),
                StateOperationType.Upsert,
                ETag,
                null,
                FirstWrite
            );
}
