using System.Net;
using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Moq;
using Orders.Ordering;
using Orders.Placing;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceDefaults.Refusals;
using ServiceFakes;

namespace Orders.Tests.Placing;

public sealed class OrderPlacementTests
{
    private static readonly PlaceOrder Request = new("customer-1", [new RequestedItem("product-1", 2)], "tok_ok", "orchestration");

    private readonly OtherServices others = new();
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

    /// <summary>Its saga may be gone, and another one undoes the order: forward again, it could ship goods that are given back.</summary>
    [Fact]
    public async Task A_repeated_request_starts_no_saga_for_an_order_that_has_waited_for_an_operator()
    {
        var orderId = IdempotencyKey.OrderId("key", "customer-1").Value!;
        var refund = SagaSteps.Pending.With(SagaSteps.ProcessPayment, step =>
            step.FailUndo(Failure.OfUndoing(step.Name, "away"), DateTimeOffset.UnixEpoch, 5)
        );
        await streams.PlaceAsync(SagaRun.Input with { OrderId = orderId, RequestHash = IdempotencyKey.HashOf(Request) }, default);
        await streams.AppendAsync(
            orderId,
            _ => new InterventionRequired(1, SagaSteps.ProcessPayment, "away", 5, orderId, DateTimeOffset.UnixEpoch, refund),
            default
        );

        Assert.Equal(orderId, (await PlaceAsync(Placement(), "key")).Value);

        Assert.Empty(workflows.Invocations);
    }

    [Theory]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    [InlineData(HttpStatusCode.NotFound)]
    public async Task An_order_that_is_not_placed_leaves_its_place_to_another(HttpStatusCode customers)
    {
        var placement = Placement(new PlacingOptions { MostUnfinished = 1, MostUnfinishedPerCustomer = 1 });
        others.Customers = customers;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.True(await Record.ExceptionAsync(() => PlaceAsync(placement, null)) is null or HttpRequestException);
        }
        others.Customers = HttpStatusCode.OK;

        Assert.NotNull((await PlaceAsync(placement, null)).Value);
        Assert.Equal(RefusalKind.TooMany, (await PlaceAsync(placement, null)).Refusal!.Kind);
    }

    [Fact]
    public async Task An_order_that_was_placed_and_has_ended_under_the_same_key_meanwhile_takes_no_place()
    {
        var orderId = IdempotencyKey.OrderId("key", "customer-1").Value!;
        var placement = Placement(new PlacingOptions { MostUnfinished = 1, MostUnfinishedPerCustomer = 1 });
        others.Meanwhile = async () =>
        {
            await streams.PlaceAsync(SagaRun.Input with { OrderId = orderId, RequestHash = IdempotencyKey.HashOf(Request) }, default);
            await streams.AppendAsync(orderId, order => OrderRules.Cancel(order, new Failure("done", "cancelled"), []), default);
        };

        Assert.Equal(orderId, (await PlaceAsync(placement, "key")).Value);

        others.Meanwhile = () => Task.CompletedTask;
        Assert.NotNull((await PlaceAsync(placement, null)).Value);
    }

    [Fact]
    public async Task An_order_that_waits_for_a_person_under_the_same_key_takes_no_place()
    {
        var orderId = IdempotencyKey.OrderId("key", "customer-1").Value!;
        var placement = Placement(new PlacingOptions { MostUnfinished = 1, MostUnfinishedPerCustomer = 1 });
        others.Meanwhile = async () =>
        {
            await streams.PlaceAsync(SagaRun.Input with { OrderId = orderId, RequestHash = IdempotencyKey.HashOf(Request) }, default);
            await streams.AppendAsync(orderId, _ => new ApprovalRequested(999, DateTimeOffset.UnixEpoch, []), default);
        };

        Assert.Equal(orderId, (await PlaceAsync(placement, "key")).Value);

        others.Meanwhile = () => Task.CompletedTask;
        Assert.NotNull((await PlaceAsync(placement, null)).Value);
    }

    private static Task<Outcome<string>> PlaceAsync(OrderPlacement placement, string? key) => placement.PlaceAsync(Request, key, default);

    private OrderPlacement Placement(PlacingOptions? limits = null)
    {
        var http = new HttpClient(others) { BaseAddress = new Uri("http://others") };
        return new OrderPlacement(
            new CustomersClient(http),
            new InventoryClient(http),
            streams,
            new SagaStarter(workflows.Object),
            workflows.Object,
            new UnfinishedOrders(new OrderEndings(), Options.Create(limits ?? new PlacingOptions()), TimeProvider.System),
            Options.Create(new SagaOptions()),
            TimeProvider.System,
            NullLogger<OrderPlacement>.Instance
        );
    }

    /// <summary>Customers and inventory, as a placement calls them.</summary>
    private sealed class OtherServices : HttpMessageHandler
    {
        public HttpStatusCode Customers { get; set; } = HttpStatusCode.OK;

        /// <summary>Runs while an order is being placed.</summary>
        public Func<Task> Meanwhile { get; set; } = () => Task.CompletedTask;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.AbsolutePath == "/products/prices")
            {
                return Answer(HttpStatusCode.OK, """{"items":[{"productId":"product-1","price":500,"currency":"EUR"}]}""");
            }
            await Meanwhile();
            return Answer(
                Customers,
                """
                {"customerId":"customer-1","name":"Ada","address":{"line1":"Main St 1","city":"Graz","postalCode":"8010","country":"AT"}}
                """
            );
        }

        private static HttpResponseMessage Answer(HttpStatusCode status, string json) =>
            new(status)
            {
                Content = new StringContent(json, null, status == HttpStatusCode.OK ? "application/json" : "application/problem+json"),
            };
    }
}
