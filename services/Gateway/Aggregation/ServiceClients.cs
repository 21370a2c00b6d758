using Gateway.Forwarding;
using Gateway.Resilience;
using Microsoft.Extensions.Caching.Memory;

namespace Gateway.Aggregation;

internal sealed class OrdersClient(HttpClient http)
{
    private const int PerPage = 100;

    public Task<HttpResponseMessage> GetAsync(HttpContext asking, string orderId, CancellationToken cancellation) =>
        http.AskAsync(asking, $"/orders/{Uri.EscapeDataString(orderId)}{asking.Request.QueryString}", cancellation);

    /// <summary>The order as it is now, whatever the query of the request says.</summary>
    public Task<HttpResponseMessage> FindAsync(HttpContext asking, string orderId, CancellationToken cancellation) =>
        http.AskAsync(asking, $"/orders/{Uri.EscapeDataString(orderId)}", cancellation);

    /// <summary>
    /// The newest orders, or those behind <paramref name="cursor"/>. Without a customer: the caller's own orders, or all of them for an
    /// operator.
    /// </summary>
    public Task<HttpResponseMessage> ListAsync(HttpContext asking, string? customerId, string? cursor, CancellationToken cancellation) =>
        http.AskAsync(asking, $"/orders?limit={PerPage}{Part("customerId", customerId)}{Part("cursor", cursor)}", cancellation);

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}

internal sealed class CustomersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(HttpContext asking, string customerId, CancellationToken cancellation) =>
        http.AskAsync(asking, $"/customers/{Uri.EscapeDataString(customerId)}", cancellation);
}

/// <summary>
/// Customers as the details of orders show them, each remembered for a few seconds: who follows an order asks for it again and again, and
/// its customer hardly ever changes. A change through this gateway makes it forget.
/// </summary>
internal sealed class RememberedCustomers(CustomersClient customers, AppBreakers breakers, IMemoryCache memory)
{
    /// <summary>The greatest age of a cached customer that another instance of the gateway has changed.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(5);

    /// <summary>The customer as JSON; null when there is none to be shown right now.</summary>
    public Task<byte[]?> FindAsync(HttpContext asking, string customerId, CancellationToken cancellation) =>
        memory.TryGetValue(customerId, out byte[]? known) ? Task.FromResult(known) : AskAsync(asking, customerId, cancellation);

    public void Forget(string customerId) => memory.Remove(customerId);

    private async Task<byte[]?> AskAsync(HttpContext asking, string customerId, CancellationToken cancellation)
    {
        byte[]? found = null;
        await breakers
            .Of("customers")
            .TryAsync(async () =>
            {
                using var response = await customers.GetAsync(asking, customerId, cancellation);
                found = response.IsSuccessStatusCode
                    ? memory.Set(customerId, await response.Content.ReadAsByteArrayAsync(cancellation), Lifetime)
                    : null;
                return await SidecarFailure.EndOfAsync(response, cancellation);
            });
        return found;
    }
}

internal static class Asking
{
    /// <summary>Sends a GET on behalf of the caller of the edge.</summary>
    public static async Task<HttpResponseMessage> AskAsync(
        this HttpClient http,
        HttpContext asking,
        string path,
        CancellationToken cancellation
    )
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
