using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.Extensions.Options;
using ServiceDefaults.Events;

namespace Inventory.Expiry;

/// <summary>The result of a look at the oldest open reservations of a product.</summary>
internal enum Overdue
{
    /// <summary>The product has no open reservation.</summary>
    NoneOpen,

    /// <summary>There are open reservations; none is due yet.</summary>
    NoneDue,

    /// <summary>Some were due and are settled; there may be more.</summary>
    Settled,
}

/// <summary>
/// Settles reservations that were made long ago: those that came to an end are removed, those whose order is over are released, and orders
/// are asked about the rest. One that can't be read, or whose order or products can't, stays open and stops no other; so does one about
/// whose order there is no answer in time. Runs in the turn of the product. A crash repeats a page, which changes nothing twice.
/// </summary>
internal sealed class ExpiredReservations(
    OpenReservationPages pages,
    StockStore stock,
    StockSerializer serializer,
    ReservationEvents events,
    OrdersClient orders,
    IOptions<ExpiryOptions> options,
    TimeProvider time
)
{
    /// <summary>No saga waits for this event: the order is over.</summary>
    private const string Saga = SagaKinds.Orchestration;

    /// <summary>Settles one page at most: orders of the product wait for the end of the turn.</summary>
    public async Task<Overdue> SettlePageAsync(string productId, CancellationToken cancellation)
    {
        if (await pages.OldestAsync(productId, cancellation) is not { } oldest)
        {
            return Overdue.NoneOpen;
        }
        var due = oldest.Orders.Where(one => one.Since + options.Value.ExpireAfter <= time.GetUtcNow()).ToList();
        if (oldest.IsPage ? due.Count < oldest.Orders.Count : due.Count == 0)
        {
            return Overdue.NoneDue;
        }
        var open = await SettleAsync(productId, due, cancellation);
        await pages.ReplaceAsync(productId, oldest, [.. oldest.Orders.Except(due), .. open], cancellation);
        return Overdue.Settled;
    }

    private async Task<IReadOnlyList<OpenReservation>> SettleAsync(
        string productId,
        List<OpenReservation> due,
        CancellationToken cancellation
    )
    {
        var reservations = await stock.FindReservationsAsync([.. due.Select(one => one.OrderId)], cancellation);
        var held = await Task.WhenAll(
            reservations
                .Readable.Where(one => one.Status == ReservationStatus.Reserved)
                .Select(async one => (Reservation: one, Fate: await orders.FateOfAsync(one.OrderId, cancellation)))
        );
        foreach (var reservation in reservations.Readable.Where(one => one.HasExpired))
        {
            await events.PublishAsync(reservation, Saga, cancellation); // the same event again, should a crash have come between
        }
        var over = held.Where(one => one.Fate == OrderFate.Over).Select(one => one.Reservation).ToList();
        var releasable = await stock.WithReadableProductsAsync(over, cancellation);
        foreach (var reservation in releasable)
        {
            await ReleaseAsync(productId, reservation, cancellation);
        }
        var open = held.Where(one => one.Fate is OrderFate.Open or OrderFate.Unreadable)
            .Select(one => one.Reservation)
            .Concat(over.Except(releasable))
            .Select(one => one.OrderId);
        return [.. open.Concat(reservations.Unreadable).Select(orderId => new OpenReservation(orderId, time.GetUtcNow()))];
    }

    /// <summary>The turn of this product is taken already, and is the first of the order's.</summary>
    private async Task ReleaseAsync(string productId, Reservation reservation, CancellationToken cancellation)
    {
        var request = StockRequest.For(StockOperation.Expire, reservation.OrderId, reservation.Lines);
        var released = await serializer.ChangeAsync(request with { Ahead = [.. request.Ahead.Where(id => id != productId)] }, cancellation);
        await events.PublishAsync(released.Value!, Saga, cancellation);
    }
}
