using ServiceDefaults.Events;

namespace Inventory.Stock;

/// <summary>What inventory reads of orders' events.</summary>
internal sealed record OrderNews(string EventId, string OrderId, IReadOnlyList<ReservationLine>? Items = null);

/// <summary>What inventory reads of shipments' events.</summary>
internal sealed record ShipmentNews(string EventId, string OrderId);

/// <summary>
/// Inventory's part in a choreographed order, and what shipping means for any order. The reservation is idempotent by order id, so an
/// event that comes twice, or after its opposite, changes nothing.
/// </summary>
internal sealed partial class OrderEventHandler(Reserving reserving, ILogger<OrderEventHandler> logger)
{
    public async Task<Delivery> ReserveAsync(IncomingEvent<OrderNews> created, CancellationToken cancellation)
    {
        if (created.Data.Items is not { Count: > 0 } items)
        {
            return Delivery.DropBecause("The order has no items.");
        }
        await reserving.ReserveAsync(created.Data.OrderId, items, SagaKinds.Choreography, cancellation);
        return Delivery.Done;
    }

    public async Task<Delivery> ReleaseAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        await reserving.ReleaseAsync(asked.Data.OrderId, SagaKinds.Choreography, cancellation);
        return Delivery.Done;
    }

    /// <summary>Goods that leave without having been held are for a person to look at.</summary>
    public async Task<Delivery> ShipAsync(IncomingEvent<ShipmentNews> shipped, CancellationToken cancellation)
    {
        var sold = await reserving.ShipAsync(shipped.Data.OrderId, shipped.Saga ?? "", cancellation);
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

internal static class OrderEventEndpoints
{
    public static void MapOrderEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNews, OrderEventHandler>("/events/order-created", (handler, told, cancellation) =>
            handler.ReserveAsync(told, cancellation)
        );
        routes.MapEvent<OrderNews, OrderEventHandler>("/events/release-requested", (handler, told, cancellation) =>
            handler.ReleaseAsync(told, cancellation)
        );
        routes.MapEvent<ShipmentNews, OrderEventHandler>("/events/shipment-shipped", (handler, told, cancellation) =>
            handler.ShipAsync(told, cancellation)
        );
    }
}
