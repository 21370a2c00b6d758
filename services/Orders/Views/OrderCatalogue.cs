using Dapr.Client;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>
/// The ids of all orders, in records of a few hundred. A rebuild reads them because a store may not be able to list its keys. An id may be
/// listed twice. Written without events.
/// </summary>
internal sealed class OrderCatalogue(DaprClient dapr)
{
    private const string Store = "orders-store";
    private const string LastKey = "catalogue";
    public const int PerRecord = 256;

    private readonly RecordStore records = new(dapr, Store);

    public async Task AddAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        var left = orderIds;
        // Where the end was not long ago; from there on the records themselves tell.
        var record = await dapr.GetStateAsync<int?>(Store, LastKey, cancellationToken: cancellation) ?? 0;
        var first = record;
        while (left.Count > 0)
        {
            var read = await records.FindAsync<List<string>>(KeyOf(record), cancellation);
            var ids = read?.Value;
            var room = PerRecord - (ids?.Count ?? 0);
            if (room <= 0)
            {
                record++;
            }
            else if (
                await records.WriteAsync<List<string>>(KeyOf(record), [.. ids ?? [], .. left.Take(room)], read?.ETag, cancellation)
                == WriteResult.Written
            )
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
        (await records.FindAsync<List<string>>(KeyOf(record), cancellation))?.Value;

    private static string KeyOf(int record) => $"catalogue-{record}";
}
