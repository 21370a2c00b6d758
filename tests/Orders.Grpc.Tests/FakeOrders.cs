using System.Net;
using System.Text;
using System.Text.Json;
using Orders.Grpc.Services;

namespace Orders.Grpc.Tests;

/// <summary>The orders service behind the gRPC API; keeps the paths and the keys of the requests that it receives.</summary>
internal sealed class FakeOrders : HttpMessageHandler
{
    public static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    public List<string> Paths { get; } = [];

    public List<string> Keys { get; } = [];

    /// <summary>The content type of failures: that of the service, or another one for a sidecar that answers in its place.</summary>
    public string FailureType { get; set; } = "application/problem+json";

    public Func<string, Task<(HttpStatusCode Status, object Body)>> Answer { get; set; } = path => Task.FromResult(Found(path));

    public OrdersClient Client => new(new HttpClient(this) { BaseAddress = new Uri("http://orders") });

    /// <summary>The order of the last segment of the path, as it was created.</summary>
    public static (HttpStatusCode Status, object Body) Found(string path) =>
        (HttpStatusCode.OK, Order(path[(path.LastIndexOf('/') + 1)..]));

    public static object Order(string orderId) =>
        new
        {
            orderId,
            customerId = "customer-1",
            items = Array.Empty<object>(),
            status = "pending",
            saga = "orchestration",
            total = 0,
            currency = "EUR",
            createdAt = At,
            updatedAt = At,
        };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Paths.Add(request.RequestUri!.AbsolutePath);
        if (request.Headers.TryGetValues("Idempotency-Key", out var keys))
        {
            Keys.AddRange(keys);
        }
        var (status, body) = await Answer(request.RequestUri.AbsolutePath);
        var json = JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
        return new HttpResponseMessage(status)
        {
            Content = new StringContent(json, Encoding.UTF8, (int)status < 400 ? "application/json" : FailureType),
        };
    }
}
