using ServiceDefaults.Refusals;

namespace Payments.Charging;

internal enum PaymentStatus
{
    /// <summary>Begun; whether the provider has charged is not known here.</summary>
    Pending,
    Completed,

    /// <summary>Declined, or given up before it was charged.</summary>
    Failed,
    Refunded,
}

/// <summary>Stored format: an order's payment. <paramref name="Amount"/> counts minor units.</summary>
/// <param name="Token">The means of payment while the payment is pending; empty once it is decided. Older records kept it.</param>
internal sealed record Payment(
    string OrderId,
    PaymentStatus Status,
    long Amount,
    string Currency,
    string Token,
    string? Reason,
    int Version
)
{
    /// <summary>Stored format: the reason of a payment that was given up before the provider had charged it.</summary>
    public const string NeverCharged = "cancelled before it was charged";

    /// <summary>The kind of saga that sent the first request; absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>The request that placed the order; absent in older records.</summary>
    public string? RequestId { get; init; }

    /// <summary>The number of refunds that were given up.</summary>
    public int? RefundFailures { get; init; }

    /// <summary>The operator's decision about a refund that kept failing; null unless there was one.</summary>
    public RefundDecision? Decision { get; init; }

    public static Payment Begin(string orderId, long amount, string currency, string token, string? saga = null) =>
        new(orderId, PaymentStatus.Pending, amount, currency, token, null, 0)
        {
            Saga = saga,
            RequestId = ServiceDefaults.Requests.RequestId.Current,
        };

    public Payment Complete() => Decided(PaymentStatus.Completed);

    public Payment Fail(string reason) => Decided(PaymentStatus.Failed) with { Reason = reason };

    public Payment FailToRefund() => this with { RefundFailures = (RefundFailures ?? 0) + 1, Version = Version + 1 };

    public Payment Refund() => Decided(PaymentStatus.Refunded);

    /// <summary>
    /// Applies an operator's decision: a resolved payment becomes refunded, a skipped one is unchanged. Nothing to do if the decision is
    /// stored, or the payment was never charged or is refunded.
    /// </summary>
    public Decision<Payment> Decide(RefundDecision decision) =>
        Status is PaymentStatus.Failed or PaymentStatus.Refunded || Decision is not null
            ? ServiceDefaults.Refusals.Decision.NothingToDo
            : this with
            {
                Decision = decision,
                Status = decision.Kind == RefundDecisionKind.Resolved ? PaymentStatus.Refunded : Status,
                Token = "", // no charge follows
                Version = Version + 1,
            };

    private Payment Decided(PaymentStatus status) => this with { Status = status, Token = "", Version = Version + 1 };

    /// <summary>Stored format: the event's name on the topic <c>payments</c>.</summary>
    public string EventType() =>
        Status switch
        {
            PaymentStatus.Completed => "payment.completed",
            PaymentStatus.Failed => "payment.failed",
            PaymentStatus.Refunded => "payment.refunded",
            _ => throw new InvalidOperationException("a payment that is pending has no event"),
        };
}

internal enum RefundDecisionKind
{
    /// <summary>The money is not given back.</summary>
    Skip,

    /// <summary>A person has given it back by hand.</summary>
    Resolved,
}

/// <summary>Stored format: an operator's decision on a refund that kept failing.</summary>
internal sealed record RefundDecision(RefundDecisionKind Kind, string? Note, string? Operator, DateTimeOffset At);
