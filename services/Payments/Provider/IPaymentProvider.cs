namespace Payments.Provider;

/// <summary>
/// The payment provider, a port: outside, slow, and not always answering. The order id is the idempotency key of every call. An exception
/// of any call means that its outcome is unknown.
/// </summary>
internal interface IPaymentProvider
{
    /// <summary>Charges once per order, however often it is called.</summary>
    Task<ChargeResult> ChargeAsync(string orderId, long amount, string currency, string token, CancellationToken cancellation);

    /// <summary>Returns the charge on the provider's books; null if the order was never charged.</summary>
    Task<Charge?> FindAsync(string orderId, CancellationToken cancellation);

    /// <summary>
    /// Refunds the charge and closes the order: no call can charge it afterwards, not even one that is under way. Idempotent. An order that
    /// was not charged is only closed.
    /// </summary>
    Task RefundAsync(string orderId, CancellationToken cancellation);
}

/// <summary>Charged, or declined with the provider's word for why.</summary>
internal sealed record ChargeResult(bool Charged, string? DeclineCode)
{
    public static readonly ChargeResult Ok = new(true, null);

    /// <summary>The order was closed by a refund.</summary>
    public static readonly ChargeResult Closed = Declined("order_closed");

    public static ChargeResult Declined(string code) => new(false, code);
}

/// <summary>Stored format of the simulator's books. Amounts count minor units.</summary>
internal sealed record Charge(string OrderId, long Amount, string Currency, string Token, bool Captured, bool Refunded, int Attempts);
