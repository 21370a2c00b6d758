using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Payments.Charging;

internal static class PaymentEndpoints
{
    private const int LongestToken = 200;

    public static void MapPayments(this IEndpointRouteBuilder routes)
    {
        var payments = routes.MapGroup("/payments/{orderId}").AdmitApps("orders");
        payments.MapPost("/", ChargeAsync);
        payments.MapGet("/", FindAsync);
        payments.MapPost("/refund", RefundAsync);
    }

    private static async Task<IResult> ChargeAsync(string orderId, ChargeRequest request, Cashier cashier, CancellationToken cancellation)
    {
        if (request.Amount < 0 || string.IsNullOrEmpty(request.Currency) || !VisibleText.IsValid(request.PaymentToken, LongestToken))
        {
            return Refusal.Invalid("charge-invalid", "amount must not be negative, currency and paymentToken must be given.").ToProblem();
        }
        var payment = await cashier.ChargeAsync(orderId, request.Amount, request.Currency, request.PaymentToken, cancellation);
        return payment.Status == PaymentStatus.Completed
            ? TypedResults.Ok(View(payment))
            : Refusal.Conflict("payment-failed", payment.Reason ?? "The payment was given back.").ToProblem();
    }

    private static async Task<IResult> FindAsync(string orderId, PaymentStore payments, CancellationToken cancellation)
        => await payments.FindAsync(orderId, cancellation) is { } found
            ? TypedResults.Ok(View(found.Value))
            : Refusal.NotFound("payment-not-found", $"Order '{orderId}' has no payment.").ToProblem();

    private static async Task<IResult> RefundAsync(string orderId, Cashier cashier, CancellationToken cancellation)
        => TypedResults.Ok(View(await cashier.RefundAsync(orderId, cancellation)));

    /// <summary>Without the token: it is nobody's business once it has been used.</summary>
    private static object View(Payment payment)
        => new { payment.OrderId, payment.Status, payment.Amount, payment.Currency, payment.Reason };

    private sealed record ChargeRequest(long Amount, string? Currency, string? PaymentToken);
}
