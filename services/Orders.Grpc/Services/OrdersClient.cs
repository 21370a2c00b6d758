using System.Net;
using Grpc.Core;
using ServiceDefaults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Services;

/// <summary>The order service's API, through this app's sidecar. Its refusals become statuses of gRPC here, in one place.</summary>
internal sealed class OrdersClient(HttpClient http)
{
    private const int PerPage = 100;

    public async Task<PlacedOrder> PlaceAsync(object order, string idempotencyKey, Caller caller, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/orders")
        {
            Content = JsonContent.Create(order, options: Json.Options),
        };
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        return await ReadAsync<PlacedOrder>(request, caller, cancellation);
    }

    /// <param name="caller">Null: this app itself, which then checks access to the order.</param>
    public Task<FoundOrder> FindAsync(string orderId, Caller? caller, CancellationToken cancellation) =>
        ReadAsync<FoundOrder>(new HttpRequestMessage(HttpMethod.Get, $"/orders/{Uri.EscapeDataString(orderId)}"), caller, cancellation);

    public Task<FoundPage> ListAsync(string? customerId, string? cursor, Caller caller, CancellationToken cancellation) =>
        ReadAsync<FoundPage>(
            new HttpRequestMessage(HttpMethod.Get, $"/orders?limit={PerPage}{Part("customerId", customerId)}{Part("cursor", cursor)}"),
            caller,
            cancellation
        );

    private static string Part(string name, string? value) => string.IsNullOrEmpty(value) ? "" : $"&{name}={Uri.EscapeDataString(value)}";

    private async Task<T> ReadAsync<T>(HttpRequestMessage request, Caller? caller, CancellationToken cancellation)
    {
        if (caller is not null)
        {
            request.Headers.Add(Caller.Header, caller.ToString());
        }
        HttpResponseMessage response;
        try
        {
            response = await http.SendAsync(request, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The order service can't be reached.", e));
        }
        using (response)
        {
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadFromJsonAsync<T>(Json.Options, cancellation))!
                : throw new RpcException(new Status(StatusOf(response), await DetailAsync(response, cancellation)));
        }
    }

    /// <summary>
    /// A 500 of orders is permanent: a repeated call fails again. A 500 without problem details comes from a sidecar that could not reach
    /// orders.
    /// </summary>
    private static StatusCode StatusOf(HttpResponseMessage response) =>
        response.StatusCode switch
        {
            HttpStatusCode.RequestTimeout => StatusCode.Unavailable,
            HttpStatusCode.InternalServerError when response.Content.Headers.ContentType is { MediaType: Problem.MediaType } =>
                StatusCode.Internal,
            HttpStatusCode.NotFound => StatusCode.NotFound,
            HttpStatusCode.Conflict => StatusCode.FailedPrecondition,
            HttpStatusCode.Forbidden => StatusCode.PermissionDenied,
            HttpStatusCode.TooManyRequests => StatusCode.ResourceExhausted,
            >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError => StatusCode.InvalidArgument,
            _ => StatusCode.Unavailable,
        };

    private static async Task<string> DetailAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        try
        {
            var problem = await response.Content.ReadFromJsonAsync<Details>(Json.Options, cancellation);
            return problem?.Detail ?? problem?.Title ?? $"The order service answered {(int)response.StatusCode}.";
        }
        catch (System.Text.Json.JsonException)
        {
            return $"The order service answered {(int)response.StatusCode}.";
        }
    }

    private sealed record Details(string? Title, string? Detail);
}
