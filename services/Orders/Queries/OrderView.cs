using Orders.Ordering;

namespace Orders.Queries;

/// <summary>An order as callers see it. <paramref name="Status"/> is the order's own, or <c>intervention</c> while a person is waited for.</summary>
internal sealed record OrderView(
    string OrderId,
    string CustomerId,
    string Status,
    string Saga,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<SagaStepView> Steps,
    string? Reason);
