using Dapr.Client;
using ServiceDefaults.State;

namespace Payments.Provider;

/// <summary>
/// A provider for development and tests, steered by the token, with books of its own that outlive a crash of this service: <c>tok_ok</c>;
/// <c>tok_declined</c> and <c>tok_insufficient_funds</c> decline; <c>tok_timeout</c> charges and then answers too late; <c>tok_flaky</c>
/// fails twice, then works; <c>tok_refund_fails</c> charges and never refunds.
/// </summary>
internal sealed class SimulatedProvider(DaprClient dapr, TimeProvider time) : IPaymentProvider
{
    private const string Store = "payments-provider";
    private const int FlakyAttempts = 2;

    private static readonly TimeSpan TooLate = TimeSpan.FromMinutes(1);
    private readonly RecordStore books = new(dapr, Store);

    public async Task<ChargeResult> ChargeAsync(string orderId, long amount, string currency, string token, CancellationToken cancellation)
    {
        switch (token)
        {
            case "tok_declined":
                return ChargeResult.Declined("card_declined");
            case "tok_insufficient_funds":
                return ChargeResult.Declined("insufficient_funds");
            case "tok_ok" or "tok_timeout" or "tok_flaky" or "tok_refund_fails":
                break;
            default:
                return ChargeResult.Declined("unknown_token");
        }
        var (booked, first) = await BookAsync(new Charge(orderId, amount, currency, token, token != "tok_flaky", false, 1), cancellation);
        if (booked.Refunded)
        {
            return ChargeResult.Closed;
        }
        if (!booked.Captured)
        {
            throw new HttpRequestException($"the provider failed (attempt {booked.Attempts})");
        }
        if (token == "tok_timeout" && first)
        {
            await Task.Delay(TooLate, time, cancellation);
        }
        return ChargeResult.Ok;
    }

    public async Task<Charge?> FindAsync(string orderId, CancellationToken cancellation) =>
        await FindRecordAsync(orderId, cancellation) is { Value.Captured: true } booked ? booked.Value : null;

    public async Task RefundAsync(string orderId, CancellationToken cancellation)
    {
        var booked = await FindRecordAsync(orderId, cancellation);
        if (booked?.Value.Refunded == true)
        {
            return;
        }
        if (booked?.Value.Token == "tok_refund_fails")
        {
            throw new HttpRequestException("the provider refuses to refund");
        }
        var closed = (booked?.Value ?? new Charge(orderId, 0, "", "", false, false, 0)) with { Refunded = true };
        if (await books.WriteAsync(KeyOf(orderId), closed, booked?.ETag, cancellation) == WriteResult.Stale)
        {
            throw new HttpRequestException("the provider is busy with the same order");
        }
    }

    /// <summary>
    /// Stores the charge, or another attempt at it; a captured charge and a closed order are unchanged. True for the first call.
    /// </summary>
    private async Task<(Charge Booked, bool First)> BookAsync(Charge charge, CancellationToken cancellation)
    {
        if (await books.CreateAsync(KeyOf(charge.OrderId), charge, cancellation) == WriteResult.Written)
        {
            return (charge, true);
        }
        var booked = (await FindRecordAsync(charge.OrderId, cancellation))!;
        if (booked.Value.Captured || booked.Value.Refunded)
        {
            return (booked.Value, false);
        }
        var again = booked.Value with { Attempts = booked.Value.Attempts + 1, Captured = booked.Value.Attempts >= FlakyAttempts };
        return await books.ReplaceAsync(KeyOf(charge.OrderId), again, booked.ETag, cancellation) == WriteResult.Written
            ? (again, false)
            : throw new HttpRequestException("the provider is busy with the same order");
    }

    private Task<Stored<Charge>?> FindRecordAsync(string orderId, CancellationToken cancellation) =>
        books.FindAsync<Charge>(KeyOf(orderId), cancellation);

    private static string KeyOf(string orderId) => $"charge-{orderId}";
}
