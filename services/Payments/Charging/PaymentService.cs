using Microsoft.Extensions.Options;
using Payments.Provider;
using ServiceDefaults.State;

namespace Payments.Charging;

/// <summary>
/// Charges and refunds an order once. Before the provider is called the payment is on record, so that a crash or a time-out leaves no
/// guess: what the provider did is looked up before anything is decided.
/// </summary>
internal sealed partial class PaymentService(
    PaymentStore payments,
    IPaymentProvider provider,
    IOptions<PaymentOptions> options,
    TimeProvider time,
    ILogger<PaymentService> logger
)
{
    /// <summary>The payment as decided. Throws when the outcome stays unknown: the caller tries again.</summary>
    public async Task<Payment> ChargeAsync(
        string orderId,
        long amount,
        string currency,
        string token,
        CancellationToken cancellation,
        string? saga = null,
        int attempt = 1
    )
    {
        while (true)
        {
            var read = await payments.FindOrBeginAsync(Payment.Begin(orderId, amount, currency, token, saga), cancellation);
            if (read.Value.Status != PaymentStatus.Pending || read.Value.Decision is not null)
            {
                await UndoIfGivenUpAsync(read.Value, cancellation);
                return read.Value;
            }
            var charged = await ChargeOrLookUpAsync(read.Value, cancellation);
            var next = charged.Charged ? read.Value.Complete() : read.Value.Fail(charged.DeclineCode!);
            if (await payments.DecideAsync(read, next, cancellation, attempt) == WriteResult.Written)
            {
                return next;
            }
        }
    }

    /// <summary>
    /// Idempotent. An order that was not charged can no longer be charged afterwards. <paramref name="republish"/>: publishes the stored
    /// result again.
    /// </summary>
    public async Task<Payment> RefundAsync(
        string orderId,
        CancellationToken cancellation,
        string? saga = null,
        bool republish = false,
        int attempt = 1
    )
    {
        while (true)
        {
            var read = await payments.FindOrBeginAsync(Payment.Begin(orderId, 0, "EUR", "", saga), cancellation);
            if (read.Value is { Decision: not null, Status: PaymentStatus.Completed or PaymentStatus.Pending })
            {
                return read.Value; // the operator has left the money where it is
            }
            if (read.Value.Status is PaymentStatus.Refunded or PaymentStatus.Failed)
            {
                await UndoIfGivenUpAsync(read.Value, cancellation);
                if (!republish || await payments.DecideAsync(read, read.Value, cancellation, attempt) == WriteResult.Written)
                {
                    return read.Value;
                }
                continue;
            }
            // Closed first, then looked up: a charge that is still under way at the provider is given back, or never made.
            await CloseAsync(orderId, cancellation);
            var charge = await WithTimeoutAsync(limit => provider.FindAsync(orderId, limit), cancellation);
            if (charge is null && read.Value.Status == PaymentStatus.Completed)
            {
                throw new InvalidOperationException(
                    $"order '{orderId}' is paid here and not on the provider's books: a person has to look"
                );
            }
            var next = charge is null ? read.Value.Fail(Payment.NeverCharged) : read.Value.Refund();
            if (await payments.DecideAsync(read, next, cancellation, attempt) == WriteResult.Written)
            {
                return next;
            }
        }
    }

    /// <summary>Records what an operator has decided about a refund that keeps failing. Idempotent: the first decision stays.</summary>
    /// <returns>The payment as it is then; null if the order has none.</returns>
    public async Task<Payment?> RecordDecisionAsync(string orderId, RefundDecision decision, CancellationToken cancellation)
    {
        while (await payments.FindAsync(orderId, cancellation) is { } read)
        {
            if (read.Value.Decide(decision).Event is not { } next)
            {
                return read.Value;
            }
            if (await payments.RecordDecisionAsync(read, next, cancellation) == WriteResult.Written)
            {
                return next;
            }
        }
        return null;
    }

    private async Task<ChargeResult> ChargeOrLookUpAsync(Payment payment, CancellationToken cancellation)
    {
        try
        {
            return await WithTimeoutAsync(
                limit => provider.ChargeAsync(payment.OrderId, payment.Amount, payment.Currency, payment.Token, limit),
                cancellation
            );
        }
        catch (Exception e) when (e is TimeoutException or HttpRequestException)
        {
            LogUnknown(e, payment.OrderId);
            // A time-out is no "not charged": the books decide. Not on the books, it may still come; then the caller tries again,
            // under the same key. A refund whose result was not stored here has closed the order: its charge is no payment any more.
            return await WithTimeoutAsync(limit => provider.FindAsync(payment.OrderId, limit), cancellation) switch
            {
                null => throw new HttpRequestException("the provider's answer is not known", e),
                { Refunded: true } => ChargeResult.Closed,
                _ => ChargeResult.Ok,
            };
        }
    }

    /// <summary>
    /// An order can be given up while the provider is still charging it, and this service can exit in between: every later call for the
    /// given-up payment refunds a charge that is left. What an operator has decided is final: a refund by hand is not repeated here.
    /// </summary>
    private Task UndoIfGivenUpAsync(Payment decided, CancellationToken cancellation) =>
        decided is { Status: PaymentStatus.Failed or PaymentStatus.Refunded, Decision: null }
            ? CloseAsync(decided.OrderId, cancellation)
            : Task.CompletedTask;

    private Task CloseAsync(string orderId, CancellationToken cancellation) =>
        WithTimeoutAsync(
            async limit =>
            {
                await provider.RefundAsync(orderId, limit);
                return true;
            },
            cancellation
        );

    private async Task<T> WithTimeoutAsync<T>(Func<CancellationToken, Task<T>> call, CancellationToken cancellation)
    {
        using var timeout = new CancellationTokenSource(options.Value.ProviderTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            return await call(either.Token);
        }
        catch (Exception e)
            when (timeout.IsCancellationRequested
                && !cancellation.IsCancellationRequested
                && e is OperationCanceledException or Grpc.Core.RpcException { StatusCode: Grpc.Core.StatusCode.Cancelled }
            )
        {
            throw new TimeoutException($"the provider did not answer within {options.Value.ProviderTimeout.TotalSeconds} s", e);
        }
    }

    [LoggerMessage(3001, LogLevel.Warning, "What became of the charge of order {OrderId} is not known; looking it up")]
    private partial void LogUnknown(Exception failure, string orderId);
}
