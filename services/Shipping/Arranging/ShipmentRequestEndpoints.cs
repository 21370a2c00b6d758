using ServiceDefaults.Events;

namespace Shipping.Arranging;

internal static class ShipmentRequestEndpoints
{
    public static void MapShipmentRequests(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNotification, ShipmentRequests>("/events/shipment-requested", (requests, received, cancellation) =>
            requests.ArrangeAsync(received, cancellation)
        );
        routes.MapEvent<OrderNotification, ShipmentRequests>(
            "/events/shipment-cancellation-requested",
            (requests, received, cancellation) => requests.CancelAsync(received, cancellation)
        );
    }
}
