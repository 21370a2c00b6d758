using System.Text.Json.Serialization;

namespace Inventory.Stock;

/// <summary>Stored format.</summary>
public sealed record ReservationLine(string ProductId, int Quantity);

public enum ReservationStatus
{
    /// <summary>Goods are held for the order.</summary>
    Reserved,

    /// <summary>There was not enough; nothing is held.</summary>
    Failed,

    /// <summary>Held no more. Also the answer to a release that comes before its reservation, which then finds the door closed.</summary>
    Released,

    /// <summary>Shipped; the goods have left the stock.</summary>
    Sold,
}

/// <summary>Stored format: the reservation of an order and its status.</summary>
public sealed record Reservation(
    string OrderId,
    ReservationStatus Status,
    IReadOnlyList<ReservationLine> Lines,
    string? Reason,
    int Version
)
{
    /// <summary>Stored format: the reason of a release by expiry.</summary>
    public const string Expired = "expired: its order is over, and nobody came for the goods";

    /// <summary>Stored format: the code of a failed reservation, for programs.</summary>
    public const string OutOfStock = "out-of-stock";

    /// <summary>The request that placed the order; absent in older records.</summary>
    public string? RequestId { get; init; }

    [JsonIgnore]
    public bool HasExpired => Status == ReservationStatus.Released && Reason == Expired;
}

/// <summary>The records that a decision changes: the reservation and its products.</summary>
internal sealed record StockChange(Reservation Reservation, IReadOnlyList<Product> Products);
