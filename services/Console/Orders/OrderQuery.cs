namespace Console.Orders;

/// <summary>The filters of the page of orders.</summary>
public sealed record OrderQuery(
    string? Customer = null,
    string? Status = null,
    string? Saga = null,
    TimeSpan? Within = null,
    string? Cursor = null
);
