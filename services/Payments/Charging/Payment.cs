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
internal sealed record Payment(string OrderId, PaymentStatus Status, long Amount, string Currency, string Token, string? Reason, int Version)
{
    /// <summary>The kind of saga that asked first; absent: orchestration.</summary>
    public string? Saga { get; init; }

    /// <summary>The request that placed the order; absent in older records.</summary>
    public string? RequestId { get; init; }

    /// <summary>How often a refund was given up.</summary>
    public int? RefundFailures { get; init; }

    public static Payment Begin(string orderId, long amount, string currency, string token, string? saga = null)
        => new(orderId, PaymentStatus.Pending, amount, currency, token, null, 0) { Saga = saga, RequestId = ServiceDefaults.Requests.RequestId.Current };

    public Payment Complete() => this with { Status = PaymentStatus.Completed, Version = Version + 1 };

    public Payment Fail(string reason) => this with { Status = PaymentStatus.Failed, Reason = reason, Version = Version + 1 };

    public Payment FailToRefund() => this with { RefundFailures = (RefundFailures ?? 0) + 1, Version = Version + 1 };

    public Payment Refund() => this with { Status = PaymentStatus.Refunded, Version = Version + 1 };

    /// <summary>Stored format: the event's name on the topic <c>payments</c>.</summary>
    public string EventType() => Status switch
    {
        PaymentStatus.Completed => "payment.completed",
        PaymentStatus.Failed => "payment.failed",
        PaymentStatus.Refunded => "payment.refunded",
        _ => throw new InvalidOperationException("a payment that is pending has no event"),
    };
}
