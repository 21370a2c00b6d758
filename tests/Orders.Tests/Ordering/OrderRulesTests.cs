using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Ordering;

public sealed class OrderRulesTests
{
    private static readonly OrderCreated Created = new("customer-1", [new OrderLine("product-1", 2, 500)], 1000, "EUR", "orchestration");
    private static readonly IReadOnlyList<SagaStep> Steps = [new SagaStep("create-order", StepState.Done)];

    [Fact]
    public void An_order_that_does_not_exist_is_created() => Assert.Same(Created, OrderRules.Create(null, Created).Event);

    [Fact]
    public void Creating_an_order_again_does_nothing() => AssertNothing(OrderRules.Create(Given(Created), Created));

    [Fact]
    public void A_created_order_is_pending_with_the_fields_of_its_request()
    {
        var order = Given(Created);

        Assert.Equal(OrderStatus.Pending, order.Status);
        Assert.Equal(("customer-1", 1000L, "EUR", "orchestration"), (order.CustomerId, order.Total, order.Currency, order.Saga));
        Assert.Equal(Created.Items, order.Items);
    }

    [Fact]
    public void A_pending_order_can_be_confirmed()
    {
        var @event = OrderRules.Confirm(Given(Created), Steps).Event!;

        var order = Order.Evolve(Given(Created), @event)!;
        Assert.Equal(OrderStatus.Confirmed, order.Status);
        Assert.Equal(Steps, order.Steps);
    }

    [Fact]
    public void Confirming_a_confirmed_order_again_does_nothing() =>
        AssertNothing(OrderRules.Confirm(Given(Created, new OrderConfirmed(Steps)), Steps));

    [Fact]
    public void A_cancelled_order_can_not_be_confirmed() =>
        Assert.Equal(
            (RefusalKind.Conflict, "order-not-pending"),
            Refused(OrderRules.Confirm(Given(Created, new OrderCancelled("changed my mind", Steps)), Steps))
        );

    [Fact]
    public void A_pending_order_can_be_cancelled_and_keeps_the_reason()
    {
        var @event = OrderRules.Cancel(Given(Created), new Failure("out of stock", "cancelled"), Steps).Event!;

        var order = Order.Evolve(Given(Created), @event)!;
        Assert.Equal((OrderStatus.Cancelled, "out of stock"), (order.Status, order.Reason));
    }

    [Fact]
    public void A_confirmed_order_can_be_cancelled() =>
        Assert.IsType<OrderCancelled>(
            OrderRules.Cancel(Given(Created, new OrderConfirmed(Steps)), new Failure("changed my mind", "cancelled"), Steps).Event
        );

    [Fact]
    public void Cancelling_a_cancelled_order_again_does_nothing() =>
        AssertNothing(OrderRules.Cancel(Given(Created, new OrderCancelled("first", Steps)), new Failure("second", "cancelled"), Steps));

    [Theory]
    [InlineData(nameof(OrderStatus.Shipped))]
    [InlineData(nameof(OrderStatus.Delivered))]
    public void An_order_on_its_way_can_not_be_cancelled_and_is_confirmed_already(string status)
    {
        var order = Given(Created) with { Status = Enum.Parse<OrderStatus>(status) };

        Assert.Equal(
            (RefusalKind.Conflict, "order-on-its-way"),
            Refused(OrderRules.Cancel(order, new Failure("too late", "cancelled"), Steps))
        );
        Assert.Equal((RefusalKind.Conflict, "order-on-its-way"), Refused(OrderRules.RequestCancellation(order, "customer", "too late")));
        AssertNothing(OrderRules.Confirm(order, Steps));
    }

    [Fact]
    public void A_requested_cancellation_is_written_once_and_stops_the_confirmation()
    {
        var order = Given(Created, new CancellationRequested("customer", "changed my mind"));

        AssertNothing(OrderRules.RequestCancellation(order, "customer", "again"));
        Assert.Equal((RefusalKind.Conflict, "cancellation-requested"), Refused(OrderRules.Confirm(order, Steps)));
    }

    [Fact]
    public void An_order_is_confirmed_after_its_cancellation_was_refused()
    {
        var order = Given(Created, new CancellationRequested("customer", "changed my mind"));

        var refused = Order.Evolve(order, OrderRules.RefuseCancellation(order).Event!)!;

        Assert.IsType<OrderConfirmed>(OrderRules.Confirm(refused, Steps).Event);
        AssertNothing(OrderRules.RefuseCancellation(refused));
    }

    [Fact]
    public void Requesting_cancellation_of_a_cancelled_order_does_nothing() =>
        AssertNothing(OrderRules.RequestCancellation(Given(Created, new OrderCancelled("first", Steps)), "customer", "again"));

    [Fact]
    public void An_order_whose_cancellation_is_too_late_is_confirmed_shipped_and_delivered_with_its_goods()
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var order = Given(Created, new CancellationRequested("customer", "too late"));
        var names = new List<string>();
        while (OrderRules.Deliver(order, "TRK-1", at) is { Event: { } next })
        {
            names.Add(next.Name);
            order = Order.Evolve(order, next)!;
        }

        Assert.Equal(["order.cancellation-refused", "order.confirmed", "order.shipped", "order.delivered"], names);
        Assert.Null(order.Cancelling);
        Assert.All(order.Steps, step => Assert.Equal(StepState.Done, step.State));
        AssertNothing(OrderRules.Ship(Given(Created, new OrderCancelled("first", Steps)), null, at));
    }

    [Fact]
    public void No_event_but_creation_can_happen_to_an_order_that_does_not_exist()
    {
        Assert.Throws<InvalidOperationException>(() => Order.From([new OrderConfirmed(Steps)]));
        Assert.Throws<InvalidOperationException>(() => Order.From([new OrderCancelled("why", Steps)]));
    }

    [Fact]
    public void An_order_can_not_be_created_twice() => Assert.Throws<InvalidOperationException>(() => Order.From([Created, Created]));

    [Fact]
    public void Folding_an_unknown_event_throws() =>
        Assert.Throws<InvalidOperationException>(() => Order.From([Created, new OrderTeleported()]));

    [Fact]
    public void No_events_are_no_order() => Assert.Null(Order.From([]));

    private static Order Given(params OrderEvent[] events) => Order.From(events)!;

    private static void AssertNothing(Decision<OrderEvent> decision) => Assert.True(decision.IsNothingToDo);

    private static (RefusalKind Kind, string Code) Refused(Decision<OrderEvent> outcome) => (outcome.Refusal!.Kind, outcome.Refusal.Code);

    private sealed record OrderTeleported : OrderEvent
    {
        public override string Name => "order.teleported";
    }
}
