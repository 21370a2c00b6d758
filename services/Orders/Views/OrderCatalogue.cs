using System.Globalization;
using Dapr.Client;
using ServiceDefaults.State;

namespace Orders.Views;

/// <summary>
/// The ids of all orders, in records of a few hundred. A rebuild reads them because a store may not be able to list its keys. An id may be
/// listed twice. Written without events. A record that can't be read stays as it is, and new ids go into the next one.
/// </summary>
internal sealed class OrderCatalogue(DaprClient dapr, UnreadableRecords unreadable)
{
    private const string Store = "orders-store";
    private const string LastKey = "catalogue";
    public const int PerRecord = 256;

    private readonly RecordStore records = new(dapr, Store);

    public async Task AddAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        var left = orderIds;
        var record = await LastAsync(cancellation);
        var first = record;
        while (left.Count > 0)
        {
            var key = KeyOf(record);
            var read = (await records.FindManyAsync([key], cancellation))[key];
            var ids = unreadable.Read<List<string>>(key, read.As<List<string>>, out var reason);
            var room = reason is null ? PerRecord - (ids?.Count ?? 0) : 0;
            if (room <= 0)
            {
                record++;
            }
            else if (
                await records.WriteAsync<List<string>>(key, [.. ids ?? [], .. left.Take(room)], read.ETag, cancellation)
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

    /// <summary>
    /// Where the end was not long ago, or zero if that can't be read: from there on the records themselves tell.
    /// </summary>
    private async Task<int> LastAsync(CancellationToken cancellation)
    {
        var read = (await records.FindManyUncheckedAsync([LastKey], cancellation))[LastKey];
        return int.TryParse(read.Json, NumberStyles.None, CultureInfo.InvariantCulture, out var last) ? last : 0;
    }

    private static string KeyOf(int record) => $"catalogue-{record}";
}
