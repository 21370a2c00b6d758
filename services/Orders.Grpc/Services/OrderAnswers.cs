namespace Orders.Grpc.Services;

internal sealed record FoundItem(string ProductId, int Quantity, long UnitPrice);

internal sealed record FoundOrder(
    string OrderId,
    string CustomerId,
    IReadOnlyList<FoundItem> Items,
    string Status,
    string Saga,
    long Total,
    string Currency,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    string? Reason,
    string? ReasonCode = null
);

internal sealed record FoundPage(IReadOnlyList<FoundOrder> Items, string? NextCursor);

internal sealed record PlacedOrder(string OrderId, string Status);
