using ServiceDefaults.Events;
using Shipping.Moving;

namespace Shipping.Shipments;

/// <summary>What shipping reads of orders' events.</summary>
internal sealed record OrderNews(string EventId, string OrderId, Destination? Destination = null, int Round = 1);

/// <summary>Shipping's part in a choreographed order. Idempotent by order id; a refusal is an answer too.</summary>
internal sealed class ShipmentRequests(ShipmentStore shipments, Mover mover)
{
    public async Task<Delivery> ArrangeAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        var orderId = asked.Data.OrderId;
        if (asked.Data.Destination is not { Country.Length: 2 } destination)
        {
            return Delivery.DropBecause("The request lacks a destination with a country of two letters.");
        }
        var arranged = await shipments.ChangeAsync(
            orderId,
            before =>
                ShipmentRules.Arrange(before, destination, $"TRK-{orderId}") switch
                {
                    { Refusal: { } refusal } => ShipmentRules.Refuse(before, refusal.Detail),
                    var decided => decided,
                },
            cancellation,
            SagaKinds.Choreography
        );
        await mover.WatchAsync(arranged.Value, cancellation);
        return Delivery.Done;
    }

    /// <summary>Goods that have left can't be called back; that they left is told by an event of its own.</summary>
    public async Task<Delivery> CancelAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        await shipments.ChangeAsync(
            asked.Data.OrderId,
            ShipmentRules.Cancel,
            cancellation,
            SagaKinds.Choreography,
            tellAgain: asked.Data.Round > 1
        );
        return Delivery.Done;
    }
}

internal static class ShipmentRequestEndpoints
{
    public static void MapShipmentRequests(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNews, ShipmentRequests>("/events/shipment-requested", (requests, told, cancellation) =>
            requests.ArrangeAsync(told, cancellation)
        );
        routes.MapEvent<OrderNews, ShipmentRequests>("/events/shipment-cancellation-requested", (requests, told, cancellation) =>
            requests.CancelAsync(told, cancellation)
        );
    }
}
