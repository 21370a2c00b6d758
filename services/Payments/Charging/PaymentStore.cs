using Dapr.Client;
using ServiceDefaults.Aggregates;

namespace Payments.Charging;

/// <summary>Payments in Dapr state; every decision publishes itself to the topic <c>payments</c>.</summary>
internal sealed class PaymentStore(DaprClient dapr, TimeProvider time)
{
    private readonly AggregateStore<Payment> payments = new(dapr, "payments-store", id => $"payment-{id}");

    public Task<Stored<Payment>?> FindAsync(string orderId, CancellationToken cancellation) => payments.FindAsync(orderId, cancellation);

    public Task<Stored<Payment>> FindOrBeginAsync(Payment payment, CancellationToken cancellation) => payments.FindOrCreateAsync(payment.OrderId, payment, cancellation);

    /// <summary>False when somebody else has decided since it was read.</summary>
    public Task<bool> TryDecideAsync(Stored<Payment> read, Payment next, CancellationToken cancellation)
    {
        var data = new PaymentEvent($"{next.OrderId}:{next.EventType()}", next.Version, time.GetUtcNow(), next.OrderId, next.Amount, next.Currency, next.Reason);
        return payments.TryReplaceAsync(next.OrderId, read, next, new OutgoingEvent(next.EventType(), next.OrderId, data), cancellation);
    }

    /// <summary>Stored format of the events on the topic <c>payments</c>.</summary>
    private sealed record PaymentEvent(string EventId, int Version, DateTimeOffset OccurredAt, string OrderId, long Amount, string Currency, string? Reason);
}
