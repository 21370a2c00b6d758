using Dapr.Client;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace Payments.Charging;

/// <summary>
/// Payments in Dapr state; every decision publishes itself to the topic <c>payments</c>, or <c>payments-choreography</c>.
/// </summary>
internal sealed class PaymentStore(DaprClient dapr, TimeProvider time)
{
    /// <summary>Stored format.</summary>
    private const string RefundFailed = "payment.refund-failed";

    /// <summary>Stored format.</summary>
    private const string RefundDecided = "payment.refund-decided";

    private readonly AggregateStore<Payment> payments = new(dapr, "payments-store", id => $"payment-{id}", "payments-choreography");

    public Task<Stored<Payment>?> FindAsync(string orderId, CancellationToken cancellation) => payments.FindAsync(orderId, cancellation);

    public Task<Stored<Payment>> FindOrBeginAsync(Payment payment, CancellationToken cancellation) =>
        payments.FindOrCreateAsync(payment.OrderId, payment, cancellation);

    /// <summary>Stores the decided payment and publishes its event.</summary>
    /// <param name="attempts">How often what led to this was tried; published if it was more than once.</param>
    public Task<WriteResult> DecideAsync(Stored<Payment> read, Payment next, CancellationToken cancellation, int attempts = 1)
    {
        var decline = next.Status == PaymentStatus.Failed ? Decline.Of(next.Reason) : null;
        var data = new PaymentEvent(
            $"{next.OrderId}:{next.EventType()}",
            next.Version,
            time.GetUtcNow(),
            next.OrderId,
            next.Amount,
            next.Currency,
            next.Reason,
            decline?.Code,
            decline?.Message,
            attempts > 1 ? attempts : null
        );
        return payments.WriteAsync(next.OrderId, read, next, OutgoingEventOf(next, next.EventType(), data), cancellation);
    }

    /// <summary>
    /// Publishes that a refund was given up after the attempts; the payment is unchanged. <paramref name="round"/> is that of the request,
    /// so that orders can match the answer.
    /// </summary>
    public Task<WriteResult> PublishRefundFailedAsync(
        Stored<Payment> read,
        int round,
        int attempts,
        string error,
        CancellationToken cancellation
    )
    {
        var next = read.Value.FailToRefund();
        var data = new RefundFailedEvent(
            $"{next.OrderId}:{RefundFailed}:{next.RefundFailures}",
            next.Version,
            time.GetUtcNow(),
            next.OrderId,
            error,
            round,
            attempts
        );
        return payments.WriteAsync(next.OrderId, read, next, OutgoingEventOf(next, RefundFailed, data), cancellation);
    }

    /// <summary>Stores a payment with what an operator has decided about its refund.</summary>
    public Task<WriteResult> RecordDecisionAsync(Stored<Payment> read, Payment next, CancellationToken cancellation)
    {
        var decision = next.Decision!;
        var data = new RefundDecidedEvent(
            $"{next.OrderId}:{RefundDecided}",
            next.Version,
            time.GetUtcNow(),
            next.OrderId,
            decision.Kind,
            next.Status,
            decision.Note,
            decision.Operator
        );
        return payments.WriteAsync(next.OrderId, read, next, OutgoingEventOf(next, RefundDecided, data), cancellation);
    }

    private static OutgoingEvent OutgoingEventOf(Payment payment, string type, object data) =>
        new(type, payment.OrderId, data) { Saga = payment.Saga ?? SagaKinds.Orchestration, RequestId = payment.RequestId };

    /// <summary>Stored format of the events on the topic <c>payments</c>.</summary>
    private sealed record PaymentEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string OrderId,
        long Amount,
        string Currency,
        string? Reason,
        string? Code,
        string? Message,
        int? Attempts
    );

    /// <summary>Stored format of <c>payment.refund-decided</c>.</summary>
    private sealed record RefundDecidedEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string OrderId,
        RefundDecisionKind Decision,
        PaymentStatus Status,
        string? Note,
        string? Operator
    );

    /// <summary>Stored format of <c>payment.refund-failed</c>.</summary>
    private sealed record RefundFailedEvent(
        string EventId,
        int Version,
        DateTimeOffset OccurredAt,
        string OrderId,
        string Reason,
        int Round,
        int Attempts
    );
}
