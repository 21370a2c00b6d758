namespace Gateway.Aggregation;

internal sealed class OrdersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(string orderId, CancellationToken cancellation)
        => http.GetAsync(new Uri($"/orders/{Uri.EscapeDataString(orderId)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
}

internal sealed class CustomersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(string customerId, CancellationToken cancellation)
        => http.GetAsync(new Uri($"/customers/{Uri.EscapeDataString(customerId)}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
}
