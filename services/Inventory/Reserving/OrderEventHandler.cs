using Inventory.Stock;
using ServiceDefaults.Events;

namespace Inventory.Reserving;

/// <summary>
/// Inventory's part in a choreographed order, and what shipping means for any order. The reservation is idempotent by order id, so an event
/// that comes twice, or after its opposite, changes nothing.
/// </summary>
internal sealed partial class OrderEventHandler(ReservationService reservations, ILogger<OrderEventHandler> logger)
{
    public async Task<Delivery> ReserveAsync(IncomingEvent<OrderNotification> created, CancellationToken cancellation)
    {
        if (created.Data.Items is not { } items || !StockRules.AreValid(items))
        {
            return Delivery.DropBecause(StockRules.ValidLines);
        }
        await reservations.ReserveAsync(created.Data.OrderId, items, SagaKinds.Choreography, cancellation);
        return Delivery.Done;
    }

    public async Task<Delivery> ReleaseAsync(IncomingEvent<OrderNotification> request, CancellationToken cancellation)
    {
        await reservations.ReleaseAsync(request.Data.OrderId, SagaKinds.Choreography, cancellation);
        return Delivery.Done;
    }

    /// <summary>Goods that leave without having been held are for a person to look at.</summary>
    public async Task<Delivery> ShipAsync(IncomingEvent<ShipmentNotification> shipped, CancellationToken cancellation)
    {
        var sold = await reservations.ShipAsync(shipped.Data.OrderId, shipped.Saga ?? "", cancellation);
        if (sold.Refusal is { } refusal)
        {
            LogNothingHeld(shipped.Data.OrderId, refusal.Detail);
            return Delivery.DropBecause(refusal.Detail);
        }
        return Delivery.Done;
    }

    [LoggerMessage(2101, LogLevel.Error, "Order {OrderId} was shipped, but {Reason}")]
    private partial void LogNothingHeld(string orderId, string reason);
}
