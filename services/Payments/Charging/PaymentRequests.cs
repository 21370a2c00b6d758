using Microsoft.Extensions.Options;
using ServiceDefaults.Events;

namespace Payments.Charging;

/// <summary>What payments reads of orders' events.</summary>
internal sealed record OrderNews(string EventId, string OrderId, long Amount = 0, string? Currency = null, string? PaymentToken = null, int Round = 1);

/// <summary>
/// Payments' part in a choreographed order. Charge and refund are idempotent by order id. A charge that can't be brought to an end is
/// given up for good, which undoes it should it have happened; a refund that can't is told, for a person to see to.
/// </summary>
internal sealed partial class PaymentRequests(Cashier cashier, PaymentStore payments, IOptions<PaymentOptions> options, TimeProvider time, ILogger<PaymentRequests> logger)
{
    public async Task<Delivery> ChargeAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        var order = asked.Data;
        if (order.Amount < 0 || string.IsNullOrEmpty(order.Currency) || string.IsNullOrEmpty(order.PaymentToken))
        {
            return Delivery.Drop;
        }
        var failed = await TryAsync(order.OrderId, options.Value.ChargeAttempts, () => cashier.ChargeAsync(order.OrderId, order.Amount, order.Currency, order.PaymentToken, cancellation, SagaKinds.Choreography), cancellation);
        if (failed is not null)
        {
            await cashier.RefundAsync(order.OrderId, cancellation, SagaKinds.Choreography);
        }
        return Delivery.Done;
    }

    public async Task<Delivery> RefundAsync(IncomingEvent<OrderNews> asked, CancellationToken cancellation)
    {
        var (orderId, round) = (asked.Data.OrderId, asked.Data.Round);
        var failed = await TryAsync(orderId, options.Value.RefundAttempts, () => cashier.RefundAsync(orderId, cancellation, SagaKinds.Choreography, tellAgain: round > 1), cancellation);
        if (failed is null)
        {
            return Delivery.Done;
        }
        var read = await payments.FindAsync(orderId, cancellation);
        return read is not null && await payments.TryTellRefundFailedAsync(read, round, options.Value.RefundAttempts, failed.Message, cancellation) ? Delivery.Done : Delivery.Retry;
    }

    /// <summary>The last failure, or null when it worked.</summary>
    private async Task<Exception?> TryAsync(string orderId, int attempts, Func<Task> action, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await action();
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
        routes.MapEvent<OrderNews, PaymentRequests>("/events/payment-requested", (requests, told, cancellation) => requests.ChargeAsync(told, cancellation));
        routes.MapEvent<OrderNews, PaymentRequests>("/events/refund-requested", (requests, told, cancellation) => requests.RefundAsync(told, cancellation));
    }
}
