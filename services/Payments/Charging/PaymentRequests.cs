using Microsoft.Extensions.Options;
using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace Payments.Charging;

/// <summary>The fields of orders' events that payments reads.</summary>
internal sealed record OrderNotification(
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
/// The payment step of a choreographed order. Charge and refund are idempotent by order id. A charge without a known result is given up
/// and refunded if it happened. A refund that fails is published, and an operator decides.
/// </summary>
internal sealed partial class PaymentRequests(
    PaymentService service,
    PaymentStore payments,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentRequests> logger
)
{
    /// <summary>Stored format of orders: the step that a refund undoes.</summary>
    private const string RefundStep = "process-payment";

    public async Task<Delivery> ChargeAsync(IncomingEvent<OrderNotification> request, CancellationToken cancellation)
    {
        var order = request.Data;
        if (order.Amount < 0 || string.IsNullOrEmpty(order.Currency) || string.IsNullOrEmpty(order.PaymentToken))
        {
            return Delivery.DropBecause("The request lacks amount, currency or payment token.");
        }
        var failed = await TryAsync(
            order.OrderId,
            options.Value.ChargeAttempts,
            attempt =>
                service.ChargeAsync(
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
            await service.RefundAsync(order.OrderId, cancellation, SagaKinds.Choreography, attempt: options.Value.ChargeAttempts);
        }
        return Delivery.Done;
    }

    public async Task<Delivery> RefundAsync(IncomingEvent<OrderNotification> request, CancellationToken cancellation)
    {
        var (orderId, round) = (request.Data.OrderId, request.Data.Round);
        var failed = await TryAsync(
            orderId,
            options.Value.RefundAttempts,
            attempt => service.RefundAsync(orderId, cancellation, SagaKinds.Choreography, republish: round > 1, attempt),
            cancellation
        );
        if (failed is null)
        {
            return Delivery.Done;
        }
        var read = await payments.FindAsync(orderId, cancellation);
        return
            read is not null
            && await payments.PublishRefundFailedAsync(read, round, options.Value.RefundAttempts, failed.Message, cancellation)
                == WriteResult.Written
            ? Delivery.Done
            : Delivery.Retry;
    }

    /// <summary>
    /// An operator has decided about a compensation that keeps failing; a refund that is not tried again is recorded with its payment.
    /// </summary>
    public async Task<Delivery> RecordDecisionAsync(IncomingEvent<OrderNotification> decided, CancellationToken cancellation)
    {
        var order = decided.Data;
        if (order.Step == RefundStep && Enum.TryParse<RefundDecisionKind>(order.Decision, ignoreCase: true, out var kind))
        {
            await service.RecordDecisionAsync(
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
