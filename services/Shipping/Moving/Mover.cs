using Microsoft.Extensions.Options;
using ServiceDefaults.Actors;
using Shipping.Shipments;

namespace Shipping.Moving;

/// <summary>
/// Has arranged shipments move on by themselves. A crash between arranging and this is mended by the caller's repetition, which finds the
/// shipment arranged and registers the same reminder again.
/// </summary>
internal sealed class Mover(ActorReminders reminders, IOptions<ShippingOptions> options, TimeProvider time)
{
    public Task WatchAsync(Shipment? shipment, CancellationToken cancellation) =>
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

internal static class MovingRegistration
{
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    public static void AddMoving(this IServiceCollection services)
    {
        services.AddShippingOptions();
        services.AddActorReminders().AddSingleton<Mover>();
        services.AddActors(actors =>
        {
            actors.ActorIdleTimeout = Idle;
            actors.Actors.RegisterActor<ShipmentActor>();
        });
    }
}
