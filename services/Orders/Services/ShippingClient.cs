using System.Net.Http.Json;
using ServiceDefaults;
using ServiceDefaults.Refusals;

namespace Orders.Services;

/// <summary>Where an order's goods go.</summary>
internal sealed record DestinationInfo(string Name, string Line1, string City, string PostalCode, string Country);

internal sealed class ShippingClient(HttpClient http)
{
    public async Task<Outcome<Nothing>> ArrangeAsync(string orderId, DestinationInfo destination, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync($"/shipments/{orderId}", new { destination }, Json.Options, cancellation);
        return await response.ReadAsync<Nothing>(cancellation);
    }

    /// <summary>Has shipments that should have moved on long ago looked after again.</summary>
    public async Task RenewAsync(IReadOnlyList<string> orderIds, CancellationToken cancellation)
    {
        using var response = await http.PostAsJsonAsync("/shipments/renew", new { orderIds }, Json.Options, cancellation);
        response.EnsureSuccessStatusCode();
    }

    public async Task<Outcome<Nothing>> CancelAsync(string orderId, CancellationToken cancellation)
    {
        using var response = await http.PostAsync(new Uri($"/shipments/{orderId}/cancel", UriKind.Relative), null, cancellation);
        return await response.ReadAsync<Nothing>(cancellation);
    }
}
