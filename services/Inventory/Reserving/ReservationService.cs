using Inventory.Serializing;
using Inventory.Stock;
using ServiceDefaults.Refusals;

namespace Inventory.Reserving;

/// <summary>
/// Reserves, releases and ships goods: decides and writes in one transaction within the actors of all products, then publishes. After a
/// crash in between, the caller repeats the request, which publishes the stored decision again. <c>saga</c> is the kind of saga that sends
/// the request; events carry it, and subscriptions filter by it.
/// </summary>
internal sealed class ReservationService(StockStore stock, StockSerializer serializer, ReservationEvents events)
{
    public async Task<Reservation> ReserveAsync(
        string orderId,
        IReadOnlyList<ReservationLine> lines,
        string saga,
        CancellationToken cancellation
    )
    {
        var decided = await serializer.ChangeAsync(StockRequest.For(StockOperation.Reserve, orderId, lines), cancellation);
        await events.PublishAsync(decided.Value!, saga, cancellation);
        return decided.Value!;
    }

    public async Task<Reservation> ReleaseAsync(string orderId, string saga, CancellationToken cancellation)
    {
        var held = await stock.FindReservationAsync(orderId, cancellation);
        var decided = await serializer.ChangeAsync(StockRequest.For(StockOperation.Release, orderId, held?.Lines ?? []), cancellation);
        await events.PublishAsync(decided.Value!, saga, cancellation);
        return decided.Value!;
    }

    public async Task<Outcome<Reservation>> ShipAsync(string orderId, string saga, CancellationToken cancellation)
    {
        var held = await stock.FindReservationAsync(orderId, cancellation);
        var decided = await serializer.ChangeAsync(StockRequest.For(StockOperation.Ship, orderId, held?.Lines ?? []), cancellation);
        if (decided.Value is { } sold)
        {
            await events.PublishAsync(sold, saga, cancellation);
        }
        return decided;
    }
}
