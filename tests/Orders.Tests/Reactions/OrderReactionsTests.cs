using System.Net;
using Dapr.Workflow;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Orders.Cancelling;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Placing;
using Orders.Reactions;
using Orders.Repairing;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceDefaults.Events;
using ServiceFakes;

namespace Orders.Tests.Reactions;

/// <summary>Reactions to an operator's decision, and the restart of lost sagas.</summary>
public sealed class OrderReactionsTests
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly string OrderId = SagaRun.Input.OrderId;
    private static readonly IOptions<SagaOptions> Options = Microsoft.Extensions.Options.Options.Create(new SagaOptions());

    private readonly OrderStreams streams;
    private readonly Mock<IDaprWorkflowClient> workflows = new();
    private readonly Calls calls = new();
    private readonly OrderReactions reactions;

    public OrderReactionsTests()
    {
        streams = new OrderStreams(
            new MemoryState().Knows<OrderStream>().Client,
            new OrderEndings(),
            new UnseenEvents(TimeProvider.System),
            new FakeTimeProvider(At)
        );
        reactions = Reactions(new FakeTimeProvider(At));
    }

    [Fact]
    public async Task An_event_of_a_busy_choreographed_order_is_delivered_again()
    {
        await streams.PlaceAsync(SagaRun.Input with { Saga = SagaKinds.Choreography }, default);
        await streams.AppendAsync(OrderId, _ => new CancellationRequested("customer", "changed my mind"), default);
        var racing = new Mock<TimeProvider>();
        racing
            .Setup(time => time.GetUtcNow())
            .Returns(() =>
            {
                Assert.True(streams.PublishAgainAsync(OrderId, default).IsCompletedSuccessfully);
                return At;
            });

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            Reactions(racing.Object).ReactAsync(Event("order.cancellation-requested"), default)
        );
    }

    [Theory]
    [InlineData("arrange-shipment", "Resolved", "/shipments/{0}/cancel")]
    [InlineData("reserve-inventory", "Resolved", "/reservations/{0}/release")]
    [InlineData("reserve-inventory", "Skip", "/reservations/{0}/release")]
    [InlineData("process-payment", "Skip", "/payments/{0}/refund/decision")]
    [InlineData("arrange-shipment", "Skip", null)]
    [InlineData("arrange-shipment", "Retry", null)]
    public async Task The_service_of_a_settled_step_does_not_go_on_with_it(string step, string decision, string? call)
    {
        await GivenAsync(Required(step, OrderId), Decided(decision));

        await reactions.ReactAsync(Event("order.intervention-decided"), default);

        Assert.Equal(call is null ? [] : [string.Format(null, call, OrderId)], calls.Paths);
    }

    /// <summary>Shipping was away for long: the event of the first decision is replayed when the second one is made.</summary>
    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task A_late_decision_closes_its_own_step_and_not_that_of_a_later_one(string saga)
    {
        var second = Required("process-payment", OrderId) with { Number = 2 };
        var retried = Decided("Retry") with { Number = 2 };
        await streams.PlaceAsync(SagaRun.Input with { Saga = saga }, default);
        await AppendAsync(
            new ShipmentCancellationRequested(SagaSteps.Pending).Because(new Failure("no", "cancelled")),
            Required("arrange-shipment", OrderId),
            Decided("Resolved"),
            new RefundRequested(SagaSteps.Pending).Because(new Failure("no", "cancelled")),
            second,
            retried
        );
        var late = new OrderNotification($"{OrderId}:4", OrderId, 4);

        await reactions.ReactAsync(new IncomingEvent<OrderNotification>("e3", "order.intervention-decided", late), default);

        Assert.Equal([$"/shipments/{OrderId}/cancel"], calls.Paths);
    }

    [Fact]
    public async Task A_decision_about_a_payment_that_payments_has_never_seen_is_done()
    {
        calls.Answer = HttpStatusCode.NotFound;
        await GivenAsync(Required("process-payment", OrderId), Decided("Resolved"));

        await reactions.ReactAsync(Event("order.intervention-decided"), default);

        Assert.Single(calls.Paths);
    }

    [Fact]
    public async Task A_decision_starts_the_saga_that_cancels_a_confirmed_order_if_it_is_gone()
    {
        var instance = CancelSaga.InstanceOf(OrderId);
        await GivenAsync(
            new OrderConfirmed(SagaSteps.Pending),
            new CancellationRequested("customer", "changed my mind"),
            Required("process-payment", instance),
            Decided("Retry")
        );

        await reactions.ReactAsync(Event("order.intervention-decided"), default);

        VerifyStarted(nameof(CancelSaga), instance);
    }

    [Fact]
    public async Task The_saga_of_an_order_that_waited_for_an_operator_is_replaced_by_one_that_undoes_the_order()
    {
        await GivenAsync(Required("arrange-shipment", OrderId));
        var order = (await streams.FindAsync(OrderId, default))!.Fold()!;

        Assert.True(await Missing().StartAsync(SagaRun.Input, order, default));

        VerifyStarted(nameof(CancelSaga), CancelSaga.InstanceOf(OrderId));
    }

    [Fact]
    public async Task The_saga_of_any_other_order_starts_again_from_the_beginning()
    {
        await GivenAsync();
        var order = (await streams.FindAsync(OrderId, default))!.Fold()!;

        Assert.True(await Missing().StartAsync(SagaRun.Input, order, default));

        VerifyStarted(nameof(OrderSaga), OrderId);
    }

    private OrderReactions Reactions(TimeProvider time)
    {
        var http = new HttpClient(calls) { BaseAddress = new Uri("http://service") };
        return new OrderReactions(
            streams,
            new CancelSagaStarter(workflows.Object, Options),
            workflows.Object,
            new PaymentsClient(http),
            new InventoryClient(http),
            new ShippingClient(http),
            Options,
            time
        );
    }

    private static InterventionRequired Required(string step, string instance) =>
        new(1, step, "away", 5, instance, At, SagaSteps.Pending.With(step, one => one.FailUndo(Failure.OfUndoing(step, "away"), At, 5)));

    private static InterventionDecided Decided(string decision) => new(1, Enum.Parse<OperatorDecision>(decision), null, "eve", At);

    private static IncomingEvent<OrderNotification> Event(string type) => new("e1", type, new OrderNotification("e1", OrderId, 1));

    private MissingSagas Missing() =>
        new(new SagaStarter(workflows.Object), new CancelSagaStarter(workflows.Object, Options), workflows.Object);

    private async Task GivenAsync(params OrderEvent[] events)
    {
        await streams.PlaceAsync(SagaRun.Input, default);
        await AppendAsync(events);
    }

    private async Task AppendAsync(params OrderEvent[] events)
    {
        foreach (var one in events)
        {
            Assert.Null((await streams.AppendAsync(OrderId, _ => one, default)).Refusal);
        }
    }

    private void VerifyStarted(string name, string instance) =>
        workflows.Verify(
            client =>
                client.ScheduleNewWorkflowAsync(
                    name,
                    instance,
                    It.IsAny<object?>(),
                    It.IsAny<DateTimeOffset?>(),
                    It.IsAny<CancellationToken>()
                ),
            Times.Once
        );

    /// <summary>Another service: keeps what is called, and gives one answer.</summary>
    private sealed class Calls : HttpMessageHandler
    {
        public List<string> Paths { get; } = [];

        public HttpStatusCode Answer { get; set; } = HttpStatusCode.OK;

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Paths.Add(request.RequestUri!.AbsolutePath);
            var type = Answer == HttpStatusCode.OK ? "application/json" : "application/problem+json";
            return Task.FromResult(new HttpResponseMessage(Answer) { Content = new StringContent("{}", null, type) });
        }
    }
}
