using Dapr.Client;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Events;

namespace Payments.Charging;

/// <summary>Payments in Dapr state; every decision publishes itself to the topic <c>payments</c>, or <c>payments-choreography</c>.</summary>
internal sealed class PaymentStore(DaprClient dapr, TimeProvider time)
{
    /// <summary>Stored format.</summary>
    private const string RefundFailed = "payment.refund-failed";

    private readonly AggregateStore<Payment> payments = new(dapr, "payments-store", id => $"payment-{id}", "payments-choreography");

    public Task<Stored<Payment>?> FindAsync(string orderId, CancellationToken cancellation) => payments.FindAsync(orderId, cancellation);

    public Task<Stored<Payment>> FindOrBeginAsync(Payment payment, CancellationToken cancellation) => payments.FindOrCreateAsync(payment.OrderId, payment, cancellation);

    /// <summary>False when somebody else has decided since it was read.</summary>
    public Task<bool> TryDecideAsync(Stored<Payment> read, Payment next, CancellationToken cancellation)
    {
        var data = new PaymentEvent($"{next.OrderId}:{next.EventType()}", next.Version, time.GetUtcNow(), next.OrderId, next.Amount, next.Currency, next.Reason);
        return payments.TryReplaceAsync(next.OrderId, read, next, Outgoing(next, next.EventType(), data), cancellation);
    }

    /// <summary>
    /// Says that a refund was given up after so many attempts; the payment stays what it is. <paramref name="round"/> is of the
    /// request, for whoever asked to know what this is the answer to.
    /// </summary>
    public Task<bool> TryTellRefundFailedAsync(Stored<Payment> read, int round, int attempts, string error, CancellationToken cancellation)
    {
        var next = read.Value.FailToRefund();
        var data = new RefundFailedEvent($"{next.OrderId}:{RefundFailed}:{next.RefundFailures}", next.Version, time.GetUtcNow(), next.OrderId, error, round, attempts);
        return payments.TryReplaceAsync(next.OrderId, read, next, Outgoing(next, RefundFailed, data), cancellation);
    }

    private static OutgoingEvent Outgoing(Payment payment, string type, object data)
        => new(type, payment.OrderId, data) { Saga = payment.Saga ?? SagaKinds.Orchestration, RequestId = payment.RequestId };

    /// <summary>Stored format of the events on the topic <c>payments</c>.</summary>
    private sealed record PaymentEvent(string EventId, int Version, DateTimeOffset OccurredAt, string OrderId, long Amount, string Currency, string? Reason);

    /// <summary>Stored format of <c>payment.refund-failed</c>.</summary>
    private sealed record RefundFailedEvent(string EventId, int Version, DateTimeOffset OccurredAt, string OrderId, string Reason, int Round, int Attempts);
}
