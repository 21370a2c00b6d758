using ServiceDefaults.Refusals;

namespace Shipping.Shipments;

internal enum ShipmentStatus
{
    /// <summary>Not decided yet; never shown.</summary>
    Requested,
    Arranged,
    Shipped,
    Delivered,
    Cancelled,

    /// <summary>Can't be arranged.</summary>
    Refused,
}

/// <summary>Stored format. Where the goods go.</summary>
internal sealed record Destination(string Name, string Line1, string City, string PostalCode, string Country);

/// <summary>Stored format: an order's shipment.</summary>
internal sealed record Shipment(string OrderId, ShipmentStatus Status, string? Tracking, Destination? Destination, int Version)
{
    /// <summary>The kind of saga that asked first; absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>The request that placed the order; absent in older records.</summary>
    public string? RequestId { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>The time of the last change of status. Absent in what was stored before there was a reminder.</summary>
    public DateTimeOffset? Since { get; init; }

    public static Shipment Request(string orderId, string? saga = null) =>
        new(orderId, ShipmentStatus.Requested, null, null, 0) { Saga = saga, RequestId = ServiceDefaults.Requests.RequestId.Current };

    /// <summary>Stored format: the event's name on the topic <c>shipments</c>.</summary>
    public string EventType() =>
        Status switch
        {
            ShipmentStatus.Arranged => "shipment.arranged",
            ShipmentStatus.Shipped => "shipment.shipped",
            ShipmentStatus.Delivered => "shipment.delivered",
            ShipmentStatus.Cancelled => "shipment.cancelled",
            ShipmentStatus.Refused => "shipment.refused",
            _ => throw new InvalidOperationException("a shipment that is only requested has no event"),
        };
}

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
