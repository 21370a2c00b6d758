using Orders.Ordering;
using Orders.Services;

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
    SagaRetries Retries)
{
    public OrderCreated ToCreated() => new(CustomerId, Items, Total, Currency, "orchestration");
}

/// <summary>Stored format: how often a step and a compensation are tried, and how long the pauses grow.</summary>
internal sealed record SagaRetries(int StepAttempts, int CompensationAttempts, TimeSpan FirstPause, TimeSpan LongestPause);

/// <summary>Stored format: what a step came to. A refusal is final; a technical failure is an exception instead.</summary>
internal sealed record StepOutcome(bool Done, string? Refusal = null)
{
    public static readonly StepOutcome Success = new(true);

    public static StepOutcome Of<T>(ServiceDefaults.Refusals.Outcome<T> outcome)
        => outcome.Refusal is { } refusal ? new StepOutcome(false, refusal.Detail) : Success;
}

/// <summary>Stored format: the operator's answer to an intervention.</summary>
internal sealed record InterventionDecision(Decision Decision, string? Note, string? Operator);

internal enum Decision
{
    /// <summary>Try the compensation again.</summary>
    Retry,

    /// <summary>Leave the step as it is and go on with the others.</summary>
    Skip,

    /// <summary>A person has undone the step by hand.</summary>
    Resolved,
}
