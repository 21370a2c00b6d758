using ServiceDefaults.Refusals;

namespace Shipping.Shipments;

/// <summary>The rules of shipping: sums without effects, idempotent by order id.</summary>
internal static class ShipmentRules
{
    /// <summary>Stored format: the code of a refused shipment, for programs.</summary>
    public const string AddressNotServed = "address-not-served";

    /// <summary>Reserved by ISO for private use; here it stands for "nowhere we go".</summary>
    private const string NotServed = "XX";

    public static Refusal Missing(string orderId) => Refusal.NotFound("shipment-not-found", $"Order '{orderId}' has no shipment.");

    public static Decision<Shipment> Arrange(Shipment before, Destination destination, string tracking) =>
        before.Status switch
        {
            ShipmentStatus.Cancelled => Refusal.Conflict("shipment-cancelled", "The shipment of this order was cancelled."),
            ShipmentStatus.Refused => Refusal.Conflict(AddressNotServed, before.Reason!),
            ShipmentStatus.Requested when NotServed.Equals(destination.Country, StringComparison.OrdinalIgnoreCase) => Refusal.Conflict(
                AddressNotServed,
                $"Nothing is shipped to country {destination.Country}."
            ),
            ShipmentStatus.Requested => before with
            {
                Status = ShipmentStatus.Arranged,
                Tracking = tracking,
                Destination = destination,
                Version = before.Version + 1,
            },
            _ => Decision.NothingToDo,
        };

    public static Decision<Shipment> Cancel(Shipment before) =>
        before.Status switch
        {
            ShipmentStatus.Requested or ShipmentStatus.Arranged or ShipmentStatus.Refused => before with
            {
                Status = ShipmentStatus.Cancelled,
                Version = before.Version + 1,
            },
            ShipmentStatus.Cancelled => Decision.NothingToDo,
            _ => Refusal.Conflict("already-shipped", "The goods are on their way; a shipment can be cancelled before it is shipped."),
        };

    /// <summary>For those who ask by event and get their answer as one.</summary>
    public static Decision<Shipment> Refuse(Shipment before, string reason) =>
        before.Status == ShipmentStatus.Requested
            ? before with
            {
                Status = ShipmentStatus.Refused,
                Reason = reason,
                Version = before.Version + 1,
            }
            : Decision.NothingToDo;

    public static Decision<Shipment> Ship(Shipment before) =>
        before.Status switch
        {
            ShipmentStatus.Arranged => before with { Status = ShipmentStatus.Shipped, Version = before.Version + 1 },
            ShipmentStatus.Shipped or ShipmentStatus.Delivered => Decision.NothingToDo,
            _ => Refusal.Conflict("shipment-not-arranged", "Only goods whose shipment is arranged can leave."),
        };

    public static Decision<Shipment> Deliver(Shipment before) =>
        before.Status switch
        {
            ShipmentStatus.Shipped => before with { Status = ShipmentStatus.Delivered, Version = before.Version + 1 },
            ShipmentStatus.Delivered => Decision.NothingToDo,
            _ => Refusal.Conflict("shipment-not-shipped", "Only goods that are on their way can be delivered."),
        };
}
