using Microsoft.Extensions.Options;
using ServiceDefaults.Actors;
using Shipping.Shipments;

namespace Shipping.Moving;

/// <summary>
/// Registers the reminder that ships and delivers an arranged shipment. Idempotent: after a crash between arranging and scheduling, the
/// caller repeats its request, which registers the same reminder again.
/// </summary>
internal sealed class ShipmentScheduler(ActorReminders reminders, IOptions<ShippingOptions> options, TimeProvider time)
{
    public Task ScheduleAsync(Shipment? shipment, CancellationToken cancellation) =>
        shipment?.Status == ShipmentStatus.Arranged && options.Value.MovesByItself
            ? reminders.RegisterAsync(
                ShipmentActor.TypeName,
                shipment.OrderId,
                ShipmentActor.Reminder,
                options.Value.ShipAfter,
                options.Value.Period,
                cancellation
            )
            : Task.CompletedTask;

    /// <summary>
    /// Registers the reminder of shipments that should have moved on long ago, because it is gone with the runtime that kept it. Returns
    /// how many there were.
    /// </summary>
    public async Task<int> RenewAsync(IEnumerable<Shipment> shipments, CancellationToken cancellation)
    {
        var overdue = shipments.Where(shipment => MovingRules.IsOverdue(shipment, options.Value, time.GetUtcNow())).ToList();
        await Task.WhenAll(
            overdue.Select(shipment =>
                reminders.RegisterAsync(
                    ShipmentActor.TypeName,
                    shipment.OrderId,
                    ShipmentActor.Reminder,
                    TimeSpan.Zero,
                    options.Value.Period,
                    cancellation
                )
            )
        );
        return overdue.Count;
    }
}
