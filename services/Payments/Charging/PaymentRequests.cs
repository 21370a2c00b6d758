using Microsoft.Extensions.Options;
using ServiceDefaults.Events;

namespace Payments.Charging;

/// <summary>What payments reads of orders' events.</summary>
internal sealed record OrderNews(
    string EventId,
    string OrderId,
    long Amount = 0,
    string? Currency = null,
    string? PaymentToken = null,
    int Round = 1
)
{
    public string? Step { get; init; }

    public string? Decision { get; init; }

    public string? Reason { get; init; }

    public string? Operator { get; init; }

    public DateTimeOffset? OccurredAt { get; init; }
}

/// <summary>
/// Payments' part in a choreographed order. Charge and refund are idempotent by order id. A charge that can't be brought to an end is
/// given up for good, which undoes it should it have happened; a refund that can't is told, for a person to see to.
/// </summary>
internal sealed partial class PaymentRequests(
    Cashier cashier,
    PaymentStore payments,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentRequests> logger
)
{
    /// <summary>Stored format of orders: the step that a refund undoes.</summary>
    private const string RefundStep = "process-payment";

    public async Task<Delivery> ChargeAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        var order = asked.Data;
        if (order.Amount < 0 || string.IsNullOrEmpty(order.Currency) || string.IsNullOrEmpty(order.PaymentToken))
        {
            return Delivery.DropBecause("The request lacks amount, currency or payment token.");
        }
        var failed = await TryAsync(
            order.OrderId,
            options.Value.ChargeAttempts,
            attempt =>
                cashier.ChargeAsync(
                    order.OrderId,
                    order.Amount,
                    order.Currency,
                    order.PaymentToken,
                    cancellation,
                    SagaKinds.Choreography,
                    attempt
                ),
            cancellation
        );
        if (failed is not null)
        {
            await cashier.RefundAsync(order.OrderId, cancellation, SagaKinds.Choreography, attempt: options.Value.ChargeAttempts);
        }
        return Delivery.Done;
    }

    public async Task<Delivery> RefundAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        var (orderId, round) = (asked.Data.OrderId, asked.Data.Round);
        var failed = await TryAsync(
            orderId,
            options.Value.RefundAttempts,
            attempt => cashier.RefundAsync(orderId, cancellation, SagaKinds.Choreography, tellAgain: round > 1, attempt),
            cancellation
        );
        if (failed is null)
        {
            return Delivery.Done;
        }
        var read = await payments.FindAsync(orderId, cancellation);
        return
            read is not null
            && await payments.TryTellRefundFailedAsync(read, round, options.Value.RefundAttempts, failed.Message, cancellation)
            ? Delivery.Done
            : Delivery.Retry;
    }

    /// <summary>An operator has decided about a compensation that keeps failing; a refund that is not tried again is recorded with its
    /// payment.</summary>
    public async Task<Delivery> RecordDecisionAsync(IncomingEvent<OrderNews> decided, CancellationToken cancellation)
    {
        var order = decided.Data;
        if (order.Step == RefundStep && Enum.TryParse<RefundDecisionKind>(order.Decision, ignoreCase: true, out var kind))
        {
            await cashier.RecordDecisionAsync(
                order.OrderId,
                new RefundDecision(kind, order.Reason, order.Operator, order.OccurredAt ?? time.GetUtcNow()),
                cancellation
            );
        }
        return Delivery.Done;
    }

    /// <summary>The last failure, or null when it worked.</summary>
    private async Task<Exception?> TryAsync(string orderId, int attempts, Func<int, Task> action, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action(attempt);
                return null;
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogFailed(e, orderId, attempt, attempts);
                if (attempt == attempts)
                {
                    return e;
                }
                await Task.Delay(options.Value.PauseAfter(attempt), time, cancellation);
            }
        }
    }

    [LoggerMessage(3101, LogLevel.Warning, "Payment of order {OrderId}: attempt {Attempt} of {Attempts} failed")]
    private partial void LogFailed(Exception failure, string orderId, int attempt, int attempts);
}

internal static class PaymentRequestEndpoints
{
    public static void MapPaymentRequests(this IEndpointRouteBuilder routes)
    {
        routes.MapEvent<OrderNews, PaymentRequests>("/events/payment-requested", (requests, told, cancellation) =>
            requests.ChargeAsync(told, cancellation)
        );
        routes.MapEvent<OrderNews, PaymentRequests>("/events/refund-requested", (requests, told, cancellation) =>
            requests.RefundAsync(told, cancellation)
        );
        routes.MapEvent<OrderNews, PaymentRequests>("/events/intervention-decided", (requests, told, cancellation) =>
            requests.RecordDecisionAsync(told, cancellation)
        );
    }
}
