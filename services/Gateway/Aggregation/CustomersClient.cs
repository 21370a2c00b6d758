namespace Gateway.Aggregation;

internal sealed class CustomersClient(HttpClient http)
{
    public Task<HttpResponseMessage> GetAsync(HttpContext context, string customerId, CancellationToken cancellation) =>
        http.GetForCallerAsync(context, $"/customers/{Uri.EscapeDataString(customerId)}", cancellation);
}
