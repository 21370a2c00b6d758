using Dapr.Actors;
using Dapr.Actors.Runtime;
using Microsoft.Extensions.Options;
using Shipping.Shipments;

namespace Shipping.Moving;

/// <summary>An order's shipment on its way. It has no method of its own: a reminder moves it.</summary>
public interface IShipmentActor : IActor;

/// <summary>
/// Advances a shipment by one reminder, due after <c>ShipAfter</c> and then every <c>DeliverAfter</c> until the shipment is delivered or
/// cancelled. A lost tick only delays the shipment.
/// </summary>
[Actor(TypeName = TypeName)]
internal sealed class ShipmentActor(ActorHost host, ShipmentStore shipments, IOptions<ShippingOptions> options, TimeProvider time)
    : Actor(host),
        IShipmentActor,
        IRemindable
{
    /// <summary>Stored format, with the reminder's name.</summary>
    public const string TypeName = "Shipment";

    public const string Reminder = "move-on";

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        var ticked = await shipments.ChangeAsync(
            Id.GetId(),
            before => MovingRules.Tick(before, options.Value, time.GetUtcNow()),
            CancellationToken.None
        );
        if (ticked.Value is not { } shipment || MovingRules.IsAtEnd(shipment, options.Value))
        {
            await UnregisterReminderAsync(reminderName);
        }
    }
}
