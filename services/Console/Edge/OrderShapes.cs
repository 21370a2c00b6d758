using System.Text.Json;

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

    /// <summary>The technical cause; the gateway tells operators alone.</summary>
    public string? Cause { get; init; }

    public string? CustomerName { get; init; }

    public CustomerView? Customer { get; init; }

    public bool? CancelRequested { get; init; }

    public ApprovalView? Approval { get; init; }

    public IReadOnlyList<InterventionView>? Interventions { get; init; }
}

public sealed record OrderLine(string ProductId, int Quantity, long UnitPrice);

/// <summary><paramref name="At"/>: when the state was reached. Orders from before the other times and the attempts were kept have this one
/// alone.</summary>
public sealed record StepView(string Name, string State, DateTimeOffset? At = null, string? Error = null)
{
    public string? Cause { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public CompensationView? Compensation { get; init; }
}

public sealed record CompensationView(string State)
{
    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public int? Attempts { get; init; }

    public string? Error { get; init; }

    public string? Cause { get; init; }

    public string? By { get; init; }

    public string? Note { get; init; }
}

public sealed record ApprovalView(string State, long Limit, DateTimeOffset Until);

public sealed record InterventionView(string InterventionId, string Step, string Error, int Attempts, DateTimeOffset Since)
{
    public string? OrderId { get; init; }

    public string? CustomerId { get; init; }

    public string? Decision { get; init; }

    public string? Note { get; init; }

    public string? Operator { get; init; }

    public DateTimeOffset? DecidedAt { get; init; }
}

public sealed record CustomerView(string CustomerId, string Name)
{
    public string? Email { get; init; }

    public AddressView? Address { get; init; }
}

public sealed record AddressView(string? Line1, string? City, string? PostalCode, string? Country);

public sealed record StoredEventView(string EventId, int Version, DateTimeOffset OccurredAt, JsonElement Event)
{
    public string Type => Event.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "";
}

public sealed record PageOf<T>(IReadOnlyList<T> Items, string? NextCursor = null);

public sealed record PlacedOrder(string OrderId, string Status);
