using System.Text.Json;
using Dapr.Client;
using Inventory.Stock;
using ServiceDefaults;
using ServiceDefaults.Aggregates;

namespace Inventory.Expiry;

/// <summary>The oldest of a product's open reservations, and what they were read from. <paramref name="IsPage"/>: they fill a page, newer
/// ones follow.</summary>
internal sealed record OldestReservations(Stored<OpenReservations> Open, IReadOnlyList<OpenReservation> Orders, bool IsPage);

/// <summary>
/// Open reservations beside the products. They are noted down by the transaction that reserves (<see cref="StockStore"/>), and
/// taken out here, both in the turn of the product and under the record's ETag.
/// </summary>
internal sealed class OpenReservationPages(DaprClient dapr)
{
    /// <summary>Null when there are none.</summary>
    public async Task<OldestReservations?> OldestAsync(string productId, CancellationToken cancellation)
    {
        var (open, etag) = await dapr.GetStateAndETagAsync<OpenReservations?>(
            StockStore.Store,
            OpenReservations.KeyOf(productId),
            ConsistencyMode.Strong,
            cancellationToken: cancellation
        );
        if (open is null or { IsEmpty: true })
        {
            return null;
        }
        var orders =
            open.First == open.Next
                ? open.Newest
                : await dapr.GetStateAsync<IReadOnlyList<OpenReservation>?>(
                    StockStore.Store,
                    OpenReservations.PageKeyOf(productId, open.First),
                    ConsistencyMode.Strong,
                    cancellationToken: cancellation
                ) ?? [];
        return new OldestReservations(new Stored<OpenReservations>(open, etag), orders, open.First != open.Next);
    }

    /// <summary>Puts <paramref name="kept"/> in the place of the oldest. Fails when they are not what was read any more.</summary>
    public Task ReplaceAsync(string productId, OldestReservations read, IReadOnlyList<OpenReservation> kept, CancellationToken cancellation)
    {
        var open = read.Open.Value;
        var operations = new List<StateTransactionRequest>();
        if (read.IsPage)
        {
            operations.Add(new StateTransactionRequest(OpenReservations.PageKeyOf(productId, open.First), null, StateOperationType.Delete));
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
                operations.Add(Upsert(OpenReservations.PageKeyOf(productId, number), full, null));
            }
        }
        return dapr.ExecuteStateTransactionAsync(
            StockStore.Store,
            [Upsert(OpenReservations.KeyOf(productId), open, read.Open.ETag), .. operations],
            cancellationToken: cancellation
        );
    }

    private static StateTransactionRequest Upsert<T>(string key, T value, string? etag) =>
        new(key, JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), StateOperationType.Upsert, etag, null, StockStore.FirstWrite);
}
