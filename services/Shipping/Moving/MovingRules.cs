using ServiceDefaults.Refusals;
using Shipping.Shipments;

namespace Shipping.Moving;

/// <summary>The rules for a tick of a shipment's reminder. A tick may be late, be missed, or come twice.</summary>
internal static class MovingRules
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);

    public static Decision<Shipment> Tick(Shipment before, ShippingOptions options, DateTimeOffset now) =>
        before.Status switch
        {
            ShipmentStatus.Arranged => ShipmentRules.Ship(before),
            ShipmentStatus.Shipped when options.DeliverAfter > TimeSpan.Zero && IsDue(before, options, now) => ShipmentRules.Deliver(
                before
            ),
            _ => Decision.NothingToDo,
        };

    /// <summary>True if no later tick changes the shipment.</summary>
    public static bool IsAtEnd(Shipment shipment, ShippingOptions options) =>
        shipment.Status is not (ShipmentStatus.Arranged or ShipmentStatus.Shipped)
        || (shipment.Status == ShipmentStatus.Shipped && options.DeliverAfter <= TimeSpan.Zero);

    /// <summary>True if the tick that was due is late by two periods and a minute: a reminder that exists is never that late.</summary>
    public static bool IsOverdue(Shipment shipment, ShippingOptions options, DateTimeOffset now) =>
        options.MovesByItself
        && !IsAtEnd(shipment, options)
        && shipment.Since is { } since
        && now
            > since
                + (shipment.Status == ShipmentStatus.Arranged ? options.ShipAfter : options.DeliverAfter)
                + (options.Period * 2)
                + Grace;

    /// <summary>A repeated tick comes at once, the next one a period later, so half a period separates them.</summary>
    private static bool IsDue(Shipment shipment, ShippingOptions options, DateTimeOffset now) =>
        !(now - shipment.Since < options.DeliverAfter / 2);
}
