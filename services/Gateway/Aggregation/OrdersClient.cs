namespace Gateway.Aggregation;

internal sealed class OrdersClient(HttpClient http)
{
    private const int PerPage = 100;

    public Task<HttpResponseMessage> GetAsync(HttpContext context, string orderId, CancellationToken cancellation) =>
        http.GetForCallerAsync(
            context,
            $"/orders/{Uri.EscapeDataString(orderId)}{context.Request.QueryString}",
            cancellation,
            mayWait: true
        );

    /// <summary>Returns the current order at once; the query and the <c>Prefer</c> of the client's request are ignored.</summary>
    public Task<HttpResponseMessage> FindAsync(HttpContext context, string orderId, CancellationToken cancellation) =>
        http.GetForCallerAsync(context, $"/orders/{Uri.EscapeDataString(orderId)}", cancellation);

    /// <summary>
    /// The newest orders, or those behind <paramref name="cursor"/>. Without a customer: the caller's own orders, or all of them for an
    /// operator.
    /// </summary>
    public Task<HttpResponseMessage> ListAsync(HttpContext context, string? customerId, string? cursor, CancellationToken cancellation) =>
        http.GetForCallerAsync(context, $"/orders?limit={PerPage}{Part("customerId", customerId)}{Part("cursor", cursor)}", cancellation);

    private static string Part(string name, string? value) => value is null ? "" : $"&{name}={Uri.EscapeDataString(value)}";
}
