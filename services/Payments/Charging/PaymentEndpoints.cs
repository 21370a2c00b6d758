using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Payments.Charging;

internal static class PaymentEndpoints
{
    private const int MaxTokenLength = 200;

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments/{orderId}").AdmitApps("orders");
        payments.MapPost("/", ChargeAsync);
        payments.MapGet("/", FindAsync);
        payments.MapPost("/refund", RefundAsync);
        payments.MapPost("/refund/decision", RecordDecisionAsync);
        routes.MapGet("/operations/payments/{orderId}", FindAsync).Admit(CallerKinds.Operators);
    }

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> ChargeAsync(
        string orderId,
        ChargeRequest request,
        PaymentService service,
        CancellationToken cancellation
    )
    {
        if (request.Amount < 0 || string.IsNullOrEmpty(request.Currency) || !VisibleText.IsValid(request.PaymentToken, MaxTokenLength))
        {
            return Refusal.Invalid("charge-invalid", "amount must not be negative, currency and paymentToken must be given.").ToProblem();
        }
        var payment = await service.ChargeAsync(orderId, request.Amount, request.Currency, request.PaymentToken, cancellation);
        return payment.Status == PaymentStatus.Completed ? TypedResults.Ok(View(payment)) : Refused(payment).ToProblem();
    }

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> FindAsync(
        string orderId,
        PaymentStore payments,
        CancellationToken cancellation
    ) => await payments.FindAsync(orderId, cancellation) is { } found ? TypedResults.Ok(View(found.Value)) : Missing(orderId);

    private static async Task<Ok<PaymentView>> RefundAsync(string orderId, PaymentService service, CancellationToken cancellation) =>
        TypedResults.Ok(View(await service.RefundAsync(orderId, cancellation)));

    private static async Task<Results<Ok<PaymentView>, ProblemHttpResult>> RecordDecisionAsync(
        string orderId,
        DecisionRequest request,
        PaymentService service,
        CancellationToken cancellation
    ) =>
        await service.RecordDecisionAsync(
            orderId,
            new RefundDecision(request.Decision, request.Note, request.Operator, request.At),
            cancellation
        )
            is { } payment
            ? TypedResults.Ok(View(payment))
            : Missing(orderId);

    private static Refusal Refused(Payment payment)
    {
        if (payment.Status != PaymentStatus.Failed)
        {
            return payment.Status == PaymentStatus.Pending
                ? Refusal.Conflict("payment-closed", "An operator has decided about this payment; it can no longer be charged.")
                : Refusal.Conflict("payment-refunded", "The payment was given back.");
        }
        var decline = Decline.Of(payment.Reason);
        return Refusal.Conflict(decline.Code, decline.Message);
    }

    private static ProblemHttpResult Missing(string orderId) =>
        Refusal.NotFound("payment-not-found", $"Order '{orderId}' has no payment.").ToProblem();

    /// <summary>Without the token: no reader needs it once it has been used.</summary>
    private static PaymentView View(Payment payment) =>
        new(payment.OrderId, payment.Status, payment.Amount, payment.Currency, payment.Reason, payment.RefundFailures, payment.Decision);

    private sealed record PaymentView(
        string OrderId,
        PaymentStatus Status,
        long Amount,
        string Currency,
        string? Reason,
        int? RefundFailures,
        RefundDecision? Decision
    );

    private sealed record DecisionRequest(RefundDecisionKind Decision, string? Note, string? Operator, DateTimeOffset At);

    private sealed record ChargeRequest(long Amount, string? Currency, string? PaymentToken);
}
