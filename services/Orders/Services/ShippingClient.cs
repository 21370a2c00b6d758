using Orders.Ordering;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

internal sealed class ShippingClient(HttpClient http)
{
    public async Task<Outcome<Unit>> ArrangeAsync(string orderId, Destination destination, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync($"/shipments/{orderId}", new { destination }, Json.Options, cancellation);
        return await response.ReadAsync<Unit>(cancellation);
    }

    /// <summary>Has the reminders of overdue shipments registered again.</summary>
    public async Task RenewAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync("/shipments/renew", new { orderIds }, Json.Options, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public async Task<Outcome<Unit>> CancelAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(new Uri($"/shipments/{orderId}/cancel", UriKind.Relative), null, cancellation);
        return await response.ReadAsync<Unit>(cancellation);
    }
}
