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
    /// <summary>The kind of saga that sent the first request; absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>The request that placed the order; absent in older records.</summary>
    public string? RequestId { get; init; }

    /// <summary>Why it was refused.</summary>
    public string? Reason { get; init; }

    /// <summary>The time of the last change of status. Absent in records from before there was a reminder.</summary>
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
