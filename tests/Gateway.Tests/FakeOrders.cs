using System.Net;
using System.Text;
using System.Text.Json;
using Gateway.Aggregation;
using Grpc.Core;
using Orders.V1;

namespace Gateway.Tests;

/// <summary>The orders service behind the gateway: gives each answer once, in their order, and keeps the requests.</summary>
internal sealed class FakeOrders : HttpMessageHandler
{
    private readonly Queue<string> answers = new();

    public List<HttpRequestMessage> Requests { get; } = [];

    public OrdersClient Client => new(new HttpClient(this) { BaseAddress = new Uri("http://orders") });

    public static JsonElement Order(string orderId, DateTimeOffset updatedAt) =>
        JsonSerializer.SerializeToElement(new { orderId, updatedAt }, JsonSerializerOptions.Web);

    public void Answers(JsonElement json) => answers.Enqueue(json.GetRawText());

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(answers.Dequeue(), Encoding.UTF8, "application/json") }
        );
    }
}

/// <summary>Changed orders as the app orders-grpc reports them, and then the end of the call.</summary>
internal sealed class FakeChanges(RpcException? end, params string[] orderIds) : IAsyncStreamReader<Order>
{
    private int next = -1;

    public Order Current => new() { OrderId = orderIds[next] };

    public Task<bool> MoveNext(CancellationToken cancellationToken) =>
        ++next < orderIds.Length ? Task.FromResult(true)
        : end is null ? Task.FromResult(false)
        : Task.FromException<bool>(end);
}
