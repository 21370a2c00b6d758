using System.Globalization;
using Dapr.Client;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>The records of the read model. Its store has no outbox.</summary>
internal sealed class ViewState(DaprClient dapr)
{
    private const string Store = "orders-views";

    private readonly RecordStore records = new(dapr, Store);

    public Task<IReadOnlyDictionary<string, StoredJson>> ReadAsync(IReadOnlyCollection<string> keys, CancellationToken cancellation) =>
        records.FindManyAsync(keys, cancellation);

    /// <summary>Reads records, and creates those that are missing.</summary>
    public async Task<IReadOnlyDictionary<string, StoredJson>> ReadOrCreateAsync<T>(
        IReadOnlyCollection<string> keys,
        T initial,
        CancellationToken cancellation
    )
    {
        var read = await records.FindManyUncheckedAsync(keys, cancellation);
        var missing = keys.Where(key => read[key].ETag is null).ToList();
        if (missing.Count == 0)
        {
            return read;
        }
        await EnsureAsync(missing, initial, cancellation); // changes none that the store failed to read
        return await ReadAsync(keys, cancellation);
    }

    public async Task<T?> FindAsync<T>(string key, CancellationToken cancellation)
        where T : class => (await records.FindAsync<T>(key, cancellation))?.Value;

    /// <summary>Writes a record whatever was there; it is removed after <paramref name="lifetime"/>.</summary>
    public Task SaveAsync<T>(string key, T value, TimeSpan lifetime, CancellationToken cancellation) =>
        dapr.SaveStateAsync(
            Store,
            key,
            value,
            metadata: new Dictionary<string, string>
            {
                ["ttlInSeconds"] = ((int)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            },
            cancellationToken: cancellation
        );

    /// <summary>Creates the records that are missing, so that their ETags can guard a transaction on any store.</summary>
    public Task EnsureAsync<T>(IEnumerable<string> keys, T initial, CancellationToken cancellation) =>
        Task.WhenAll(keys.Select(key => records.CreateAsync(key, initial, cancellation)));

    /// <summary>Writes all changes or none, each under the ETag that was read.</summary>
    public Task<WriteResult> WriteAsync(IReadOnlyCollection<RecordChange> changes, CancellationToken cancellation) =>
        records.TransactAsync(changes, cancellation);
}
