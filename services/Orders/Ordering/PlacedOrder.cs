using ServiceDefaults.Events;

namespace Orders.Ordering;

/// <summary>
/// Stored format: an order as placed. It is the input of the saga, so a replay decides the same, and the only data of the order until its
/// first event. <paramref name="RequestHash"/> distinguishes a repeated request from another one with the same idempotency key.
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

    /// <summary>The time without progress after which the watchdog of a choreographed order acts.</summary>
    public TimeSpan? StuckAfter { get; init; }

    /// <summary>The request that placed the order; absent with orders from before it was recorded.</summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// True: the order's first event was written before the saga started. Absent with older orders, whose saga writes it as its first step.
    /// </summary>
    public bool? IsRecorded { get; init; }

    public OrderCreated ToCreated() => new(CustomerId, Items, Total, Currency, Saga ?? SagaKinds.Orchestration, Destination.Name);

    public OrderBrief? ToBrief() => Saga == SagaKinds.Choreography ? new OrderBrief(PaymentToken, Destination) : null;
}
