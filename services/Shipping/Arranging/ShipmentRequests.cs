using ServiceDefaults.Events;
using Shipping.Moving;
using Shipping.Shipments;

namespace Shipping.Arranging;

/// <summary>The fields of orders' events that shipping reads.</summary>
internal sealed record OrderNotification(string EventId, string OrderId, Destination? Destination = null, int Round = 1);

/// <summary>Shipping's part in a choreographed order. Idempotent by order id; a refusal is an answer too.</summary>
internal sealed class ShipmentRequests(ShipmentStore shipments, ShipmentScheduler scheduler)
{
    public async Task<Delivery> ArrangeAsync(IncomingEvent<OrderNotification> request, CancellationToken cancellation)
    {
        var orderId = request.Data.OrderId;
        if (request.Data.Destination is not { Country.Length: 2 } destination)
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
        await scheduler.ScheduleAsync(arranged.Value, cancellation);
        return Delivery.Done;
    }

    /// <summary>Goods that have left can't be called back; their leaving has published an event of its own.</summary>
    public async Task<Delivery> CancelAsync(IncomingEvent<OrderNotification> request, CancellationToken cancellation)
    {
        await shipments.ChangeAsync(
            request.Data.OrderId,
            ShipmentRules.Cancel,
            cancellation,
            SagaKinds.Choreography,
            republish: request.Data.Round > 1
        );
        return Delivery.Done;
    }
}
