namespace Console.Edge;

/// <summary>Orders as the gateway shows them, as far as the pages read them.</summary>
public sealed record OrderView(
    string OrderId,
    string CustomerId,
    string Status,
    string Saga,
    long Total,
    string Currency,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt
)
{
    public IReadOnlyList<OrderLine> Items { get; init; } = [];

    public IReadOnlyList<StepView> Steps { get; init; } = [];

    public string? Reason { get; init; }

    /// <summary>The technical cause; null for customers.</summary>
    public string? Cause { get; init; }

    public string? CustomerName { get; init; }

    public CustomerView? Customer { get; init; }

    public bool? CancelRequested { get; init; }

    public ApprovalView? Approval { get; init; }

    public IReadOnlyList<InterventionView>? Interventions { get; init; }
}

public sealed record OrderLine(string ProductId, int Quantity, long UnitPrice);

public sealed record ApprovalView(string State, long Limit, DateTimeOffset Until);

public sealed record PlacedOrder(string OrderId, string Status);
