using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;
using Orders.Placing;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceFakes;

namespace Orders.Tests.Placing;

public sealed class OrderPlacementTests
{
    private static readonly PlaceOrder Request = new("customer-1", [new RequestedItem("product-1", 2)], "tok_ok", "orchestration");

    private readonly OrderStreams streams = new(
        new MemoryState().Knows<OrderStream>().Client,
        new OrderEndings(),
        new UnseenEvents(TimeProvider.System),
        TimeProvider.System
    );
    private readonly Mock<IDaprWorkflowClient> workflows = new();

    [Fact]
    public async Task An_order_whose_saga_cannot_be_started_is_placed()
    {
        var orderId = IdempotencyKey.OrderId("key", "customer-1").Value!;
        await streams.PlaceAsync(SagaRun.Input with { OrderId = orderId, RequestHash = IdempotencyKey.HashOf(Request) }, default);
        workflows
            .Setup(client =>
                client.ScheduleNewWorkflowAsync(
                    It.IsAny<string>(),
                    It.IsAny<string>(),
                    It.IsAny<object?>(),
                    It.IsAny<DateTimeOffset?>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new RpcException(new Status(StatusCode.Unavailable, "away")));

        var placed = await Placement().PlaceAsync(Request, "key", default);

        Assert.Equal(orderId, placed.Value);
    }

    [Fact]
    public async Task A_key_of_another_request_is_refused()
    {
        var orderId = IdempotencyKey.OrderId("key", "customer-1").Value!;
        await streams.PlaceAsync(SagaRun.Input with { OrderId = orderId, RequestHash = "another" }, default);

        Assert.Equal("idempotency-key-reused", (await Placement().PlaceAsync(Request, "key", default)).Refusal!.Code);
    }

    private OrderPlacement Placement()
    {
        var http = new HttpClient { BaseAddress = new Uri("http://unused") };
        return new OrderPlacement(
            new CustomersClient(http),
            new InventoryClient(http),
            streams,
            new SagaStarter(workflows.Object),
            workflows.Object,
            new UnfinishedOrders(new OrderEndings(), Options.Create(new PlacingOptions()), TimeProvider.System),
            Options.Create(new SagaOptions()),
            TimeProvider.System,
            NullLogger<OrderPlacement>.Instance
        );
    }
}
