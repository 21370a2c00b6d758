using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Orders.V1;

// A client over gRPC: gets a token from the gateway, places an order, and follows it until it has come to its end.
// Arguments: the gateway's address, the gRPC address of a sidecar that may call orders-grpc, the customer.
var gateway = args.ElementAtOrDefault(0) ?? "http://localhost:8080";
var sidecar = args.ElementAtOrDefault(1) ?? "http://localhost:8090";
var customer = args.ElementAtOrDefault(2) ?? "customer-1";

using var http = new HttpClient { BaseAddress = new Uri(gateway) };
using var issued = await http.PostAsJsonAsync("/api/auth/token", new { customerId = customer });
issued.EnsureSuccessStatusCode();
var token = (await issued.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("token").GetString();

using var channel = GrpcChannel.ForAddress(sidecar);
var orders = new OrderService.OrderServiceClient(channel);
var headers = new Metadata { { "dapr-app-id", "orders-grpc" }, { "authorization", $"Bearer {token}" } };
if (Environment.GetEnvironmentVariable("DAPR_API_TOKEN") is { Length: > 0 } apiToken)
{
    headers.Add("dapr-api-token", apiToken); // where the sidecar demands one
}

using var changes = orders.StreamOrders(
    new StreamOrdersRequest { Follow = true, ChangesOnly = true },
    headers,
    deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(30)
);
await changes.ResponseStream.MoveNext(CancellationToken.None); // the first message is empty: from now on nothing is missed
var placed = await orders.CreateOrderAsync(
    new CreateOrderRequest
    {
        PaymentToken = "tok_ok",
        Items =
        {
            new OrderItem { ProductId = "product-1", Quantity = 2 },
        },
    },
    headers
);
Console.WriteLine($"{placed.OrderId} {placed.Status}");
await foreach (var order in changes.ResponseStream.ReadAllAsync())
{
    if (order.OrderId == placed.OrderId && order.Status != "pending")
    {
        Console.WriteLine($"{order.OrderId} {order.Status} {order.TotalAmount} {order.Currency}");
        break;
    }
}
