using Dapr.Client;
using Inventory.Stock;
using ServiceDefaults.State;

namespace Inventory.Expiry;

/// <summary>
/// The oldest open reservations of a product, with the records they were read from. <paramref name="IsPage"/>: they fill a page, and newer
/// ones follow.
/// </summary>
internal sealed record OldestReservations(Stored<OpenReservations> Open, IReadOnlyList<OpenReservation> Orders, bool IsPage);

/// <summary>
/// Pages of open reservations, stored beside the products. They are added by the transaction that reserves (<see cref="StockStore"/>), and
/// taken out here, both in the turn of the product and under the record's ETag.
/// </summary>
internal sealed class OpenReservationPages(DaprClient dapr)
{
    private readonly RecordStore records = new(dapr, StockStore.Store);

    /// <summary>Null when there are none.</summary>
    public async Task<OldestReservations?> OldestAsync(string productId, CancellationToken cancellation)
    {
        var read = await records.FindAsync<OpenReservations>(OpenReservations.KeyOf(productId), cancellation);
        if (read?.Value is not { IsEmpty: false } open)
        {
            return null;
        }
        var orders =
            open.First == open.Next
                ? open.Newest
                : (
                    await records.FindAsync<IReadOnlyList<OpenReservation>>(OpenReservations.PageKeyOf(productId, open.First), cancellation)
                )?.Value
                    ?? [];
        return new OldestReservations(read, orders, open.First != open.Next);
    }

    /// <summary>Replaces the oldest page by <paramref name="kept"/>. Fails if the page has changed since it was read.</summary>
    public async Task ReplaceAsync(
        string productId,
        OldestReservations read,
        IReadOnlyList<OpenReservation> kept,
        CancellationToken cancellation
    )
    {
        var open = read.Open.Value;
        var changes = new List<RecordChange>();
        if (read.IsPage)
        {
            changes.Add(new RecordChange(OpenReservations.PageKeyOf(productId, open.First), null, null) { IsGuarded = false });
            open = open with { First = open.First + 1 };
        }
        else
        {
            open = open with { Newest = [] };
        }
        foreach (var one in kept)
        {
            var number = open.Next;
            (open, var full) = open.Add(one);
            if (full is not null)
            {
                changes.Add(new RecordChange(OpenReservations.PageKeyOf(productId, number), full, null) { IsGuarded = false });
            }
        }
        changes.Add(new RecordChange(OpenReservations.KeyOf(productId), open, read.Open.ETag));
        if (await records.TransactAsync(changes, cancellation) == WriteResult.Stale)
        {
            throw new InvalidOperationException($"the open reservations of product '{productId}' have changed meanwhile");
        }
    }
}
