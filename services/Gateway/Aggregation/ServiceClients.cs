using Gateway.Routing;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Aggregation;

internal sealed class OrdersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(HttpContext asking, string orderId, CancellationToken cancellation)
        => http.AskAsync(asking, $"/orders/{Uri.EscapeDataString(orderId)}{asking.Request.QueryString}", cancellation);
}

internal sealed class CustomersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(HttpContext asking, string customerId, CancellationToken cancellation)
        => http.AskAsync(asking, $"/customers/{Uri.EscapeDataString(customerId)}", cancellation);
}

/// <summary>
/// Customers as the details of orders show them, each remembered for a few seconds: who follows an order asks for it again and again, and
/// its customer hardly ever changes. A change through this gateway makes it forget.
/// </summary>
internal sealed class RememberedCustomers(CustomersClient customers, IMemoryCache memory)
{
    /// <summary>How old a customer may be that another instance of the gateway has changed meanwhile.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>The customer as JSON; null when there is none to be shown right now.</summary>
    public Task<byte[]?> FindAsync(HttpContext asking, string customerId, CancellationToken cancellation)
        => memory.TryGetValue(customerId, out byte[]? known) ? Task.FromResult(known) : AskAsync(asking, customerId, cancellation);

    public void Forget(string customerId) => memory.Remove(customerId);

    private async Task<byte[]?> AskAsync(HttpContext asking, string customerId, CancellationToken cancellation)
    {
        using var response = await customers.GetAsync(asking, customerId, cancellation);
        return response.IsSuccessStatusCode ? memory.Set(customerId, await response.Content.ReadAsByteArrayAsync(cancellation), Lifetime) : null;
    }
}

internal static class Asking
{
    /// <summary>A GET on behalf of who asks the edge.</summary>
    public static async Task<HttpResponseMessage> AskAsync(this HttpClient http, HttpContext asking, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        ForwardedIdentity.Apply(asking, request);
        if (asking.Request.Headers["Prefer"] is [{ Length: > 0 } preference])
        {
            request.Headers.Add("Prefer", preference);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }
}
