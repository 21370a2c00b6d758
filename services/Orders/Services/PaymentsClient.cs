using Orders.Ordering;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

internal sealed class PaymentsClient(HttpClient http)
{
    /// <summary><paramref name="amount"/> counts minor units. The order id is the idempotency key.</summary>
    public async Task<Outcome<Unit>> ChargeAsync(
        string orderId,
        long amount,
        string currency,
        string paymentToken,
        CancellationToken cancellation
    )
    {
        using var response = await http.PostAsJsonAsync(
            $"/payments/{orderId}",
            new
            {
                amount,
                currency,
                paymentToken,
            },
            Json.Options,
            cancellation
        );
        return await response.ReadAsync<Unit>(cancellation);
    }

    /// <summary>Records what an operator has decided about a refund that keeps failing. Repeated, it changes nothing.</summary>
    public async Task<Outcome<Unit>> RecordDecisionAsync(string orderId, InterventionDecided decided, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync(
            $"/payments/{orderId}/refund/decision",
            new
            {
                decided.Decision,
                decided.Note,
                decided.Operator,
                decided.At,
            },
            Json.Options,
            cancellation
        );
        return await response.ReadAsync<Unit>(cancellation);
    }

    public async Task<Outcome<Unit>> RefundAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(new Uri($"/payments/{orderId}/refund", UriKind.Relative), null, cancellation);
        return await response.ReadAsync<Unit>(cancellation);
    }
}
