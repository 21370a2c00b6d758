using System.Text.Json;
using Dapr;
using Dapr.Client;
using Grpc.Core;

namespace Orders.Views;

/// <summary>
/// The ids of all orders, in records of a few hundred, beside the event streams: what a rebuild goes by, because a store need not be
/// able to list its keys. An id may stand there twice. Plain saves: nothing is published.
/// </summary>
internal sealed class OrderCatalogue(DaprClient dapr)
{
    private const string Store = "orders-store";
    private const string LastKey = "catalogue";
    public const int PerRecord = 256;

    private static readonly StateOptions FirstWrite = new()
    {
        Concurrency = ConcurrencyMode.FirstWrite,
        Consistency = ConsistencyMode.Strong,
    };

    public async Task AddAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        var left = orderIds;
        // Where the end was not long ago; from there on the records themselves tell.
        var record = await dapr.GetStateAsync<int?>(Store, LastKey, cancellationToken: cancellation) ?? 0;
        var first = record;
        while (left.Count > 0)
        {
            var (ids, etag) = await dapr.GetStateAndETagAsync<List<string>?>(
                Store,
                KeyOf(record),
                ConsistencyMode.Strong,
                cancellationToken: cancellation
            );
            var room = PerRecord - (ids?.Count ?? 0);
            if (room <= 0)
            {
                record++;
            }
            else if (await TryWriteAsync(record, [.. ids ?? [], .. left.Take(room)], etag, cancellation))
            {
                left = [.. left.Skip(room)];
            }
        }
        if (record != first)
        {
            await dapr.SaveStateAsync(Store, LastKey, record, cancellationToken: cancellation);
        }
    }

    /// <summary>Null behind the last record.</summary>
    public async Task<IReadOnlyList<string>?> ReadAsync(int record, CancellationToken cancellation) =>
        await dapr.GetStateAsync<List<string>?>(Store, KeyOf(record), ConsistencyMode.Strong, cancellationToken: cancellation);

    private async Task<bool> TryWriteAsync(int record, List<string> ids, string? etag, CancellationToken cancellation)
    {
        if (!string.IsNullOrEmpty(etag))
        {
            return await dapr.TrySaveStateAsync(Store, KeyOf(record), ids, etag, FirstWrite, cancellationToken: cancellation);
        }
        try
        {
            await dapr.SaveStateAsync(Store, KeyOf(record), ids, FirstWrite, cancellationToken: cancellation);
            return true;
        }
        catch (Exception e) when (e is DaprException or RpcException)
        {
            var (_, now) = await dapr.GetStateAndETagAsync<JsonElement>(
                Store,
                KeyOf(record),
                ConsistencyMode.Strong,
                cancellationToken: cancellation
            );
            if (string.IsNullOrEmpty(now))
            {
                throw;
            }
            return false;
        }
    }

    private static string KeyOf(int record) => $"catalogue-{record}";
}
