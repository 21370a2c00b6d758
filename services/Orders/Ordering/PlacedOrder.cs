using ServiceDefaults.Events;

namespace Orders.Ordering;

/// <summary>
/// Stored format: an order as it was placed. It is the input of the order's saga, so that a replay decides the same, and all there is of
/// the order until its first event is written. <paramref name="RequestHash"/> tells a repeated request from another one under the same
/// idempotency key.
/// </summary>
internal sealed record PlacedOrder(
    string OrderId,
    string CustomerId,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    string PaymentToken,
    Destination Destination,
    DateTimeOffset PlacedAt,
    string RequestHash,
    SagaRetries Retries
)
{
    /// <summary>Absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>Absent: the order needs no approval.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>The time that a choreographed order may stand still before its watchdog acts.</summary>
    public TimeSpan? StuckAfter { get; init; }

    /// <summary>The request that placed the order; absent with orders from before it was recorded.</summary>
    public string? RequestId { get; init; }

    public OrderCreated ToCreated() => new(CustomerId, Items, Total, Currency, Saga ?? SagaKinds.Orchestration, Destination.Name);

    public OrderBrief? ToBrief() => Saga == SagaKinds.Choreography ? new OrderBrief(PaymentToken, Destination) : null;
}
