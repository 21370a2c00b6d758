using Gateway.Routing;

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

internal static class Asking
{
    /// <summary>A GET on behalf of who asks the edge.</summary>
    public static async Task<HttpResponseMessage> AskAsync(this HttpClient http, HttpContext asking, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        ForwardedIdentity.Apply(asking, request);
        if (asking.Request.Headers["Prefer"] is [{ Length: > 0 } preference])
        {
            request.Headers.TryAddWithoutValidation("Prefer", preference);
        }
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }
}
