namespace EndToEnd.Orders;

/// <summary>Types of the public API, as an external client would declare them.</summary>
internal sealed record PlacedOrder(string OrderId, string Status);

internal sealed record OrderView(
    string OrderId,
    string CustomerId,
    string Status,
    string Saga,
    List<OrderItem> Items,
    long Total,
    string Currency,
    List<StepView> Steps,
    CustomerView? Customer,
    string? Reason
)
{
    public string? ReasonCode { get; init; }

    public string? Cause { get; init; }

    public string? CustomerName { get; init; }

    public ApprovalView? Approval { get; init; }

    public List<InterventionView>? Interventions { get; init; }

    public bool HasEnded => IsConfirmed || Status is "cancelled" or "intervention";

    /// <summary>Confirmed, and perhaps already on its way or arrived.</summary>
    public bool IsConfirmed => Status is "confirmed" or "shipped" or "delivered";

    public IEnumerable<string> States => Steps.Select(step => $"{step.Name} {step.State}");
}

internal sealed record OrderItem(string ProductId, int Quantity, long UnitPrice);

internal sealed record StepView(string Name, string State, DateTimeOffset? At, string? Error)
{
    public string? Code { get; init; }

    public string? Cause { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public CompensationView? Compensation { get; init; }
}

internal sealed record CompensationView(
    string State,
    DateTimeOffset? StartedAt,
    DateTimeOffset? EndedAt,
    int? Attempts,
    string? Error,
    string? Cause,
    string? By,
    string? Note
);

internal sealed record CustomerView(string CustomerId, string Name);

internal sealed record ProductView(string ProductId, string Name, long Price, string Currency, int Available, int Reserved, int Sold);

internal sealed record ApprovalView(string State, long Limit);

internal sealed record InterventionView(
    string InterventionId,
    string OrderId,
    string Step,
    string Error,
    int Attempts,
    string? Decision,
    string? Note,
    string? Operator
);

internal sealed record ListOf<T>(List<T> Items, string? NextCursor = null);

internal sealed record ProblemView(int Status, string? Title, string? Detail, string? Code);
