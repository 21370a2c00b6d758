using Orders.Approving;
using Orders.Ordering;
using Orders.Services;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Saga;

/// <summary>
/// Stored format: all the saga needs, recorded when the order is placed, so that a replay decides the same.
/// <paramref name="RequestHash"/> tells a repeated request from another one under the same idempotency key.
/// </summary>
internal sealed record OrderSagaInput(
    string OrderId,
    string CustomerId,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    string PaymentToken,
    DestinationInfo Destination,
    DateTimeOffset PlacedAt,
    string RequestHash,
    SagaRetries Retries
)
{
    /// <summary>Absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>Absent: nobody is asked.</summary>
    public ApprovalTerms? Approval { get; init; }

    /// <summary>How long a choreographed order may stand still before somebody looks after it.</summary>
    public TimeSpan? StuckAfter { get; init; }

    /// <summary>The request that placed the order; absent with orders from before it was recorded.</summary>
    public string? RequestId { get; init; }

    public OrderCreated ToCreated() => new(CustomerId, Items, Total, Currency, Saga ?? SagaKinds.Orchestration, Destination.Name);

    public OrderBrief? ToBrief() => Saga == SagaKinds.Choreography ? new OrderBrief(PaymentToken, Destination) : null;
}

/// <summary>Stored format: how often a step and a compensation are tried, and how long the pauses grow.</summary>
internal sealed record SagaRetries(int StepAttempts, int CompensationAttempts, TimeSpan FirstPause, TimeSpan LongestPause);

/// <summary>
/// Stored format: what a step came to. A refusal is final, <paramref name="Code"/> is for programs; a technical failure is an
/// exception instead.
/// </summary>
internal sealed record StepOutcome(bool Done, string? Refusal = null, string? Code = null)
{
    public static readonly StepOutcome Success = new(true);

    public static StepOutcome Of<T>(Outcome<T> outcome) =>
        outcome.Refusal is { } refusal ? new StepOutcome(false, refusal.Detail, refusal.Code) : Success;

    /// <summary>An order that was never written needs no change: success.</summary>
    public static StepOutcome OfExisting(Outcome<Order> outcome) =>
        outcome.Refusal is { Kind: RefusalKind.NotFound } ? Success : Of(outcome);
}
