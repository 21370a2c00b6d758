using ServiceDefaults.Events;

namespace Inventory.Reserving;

internal static class OrderEventEndpoints
{
    public static void MapOrderEvents(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNotification, OrderEventHandler>("/events/order-created", (handler, received, cancellation) =>
            handler.ReserveAsync(received, cancellation)
        );
        routes.MapEvent<OrderNotification, OrderEventHandler>("/events/release-requested", (handler, received, cancellation) =>
            handler.ReleaseAsync(received, cancellation)
        );
        routes.MapEvent<ShipmentNotification, OrderEventHandler>("/events/shipment-shipped", (handler, received, cancellation) =>
            handler.ShipAsync(received, cancellation)
        );
    }
}
