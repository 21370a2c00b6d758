using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Orders.Ordering;
using Orders.Placing;
using Orders.Streams;
using Orders.Tests.Saga;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Placing;

/// <summary>Tests of the limits for the unfinished orders of one customer and of all.</summary>
public sealed class UnfinishedOrdersTests : IAsyncDisposable
{
    private static readonly Order Placed = Order.Evolve(null, SagaRun.Input.ToCreated())!;

    private readonly OrderEndings endings = new();
    private readonly FakeTimeProvider time = new();
    private readonly UnfinishedOrders unfinished;

    public UnfinishedOrdersTests() =>
        unfinished = new UnfinishedOrders(
            endings,
            Options.Create(new PlacingOptions { MostUnfinished = 3, MostUnfinishedPerCustomer = 2 }),
            time
        );

    [Fact]
    public void Orders_beyond_those_of_a_customer_or_of_all_are_refused()
    {
        _ = Accept("greedy", "1");
        _ = Accept("greedy", "2");
        Assert.Equal(RefusalKind.TooMany, unfinished.Begin("greedy", "3").Refusal!.Kind);

        _ = Accept("calm", "4");
        Assert.Equal(RefusalKind.Overloaded, unfinished.Begin("another", "5").Refusal!.Kind);
        Assert.Equal(RefusalKind.TooMany, unfinished.Begin("greedy", "6").Refusal!.Kind);
    }

    [Fact]
    public void An_order_that_is_not_accepted_does_not_count()
    {
        for (var times = 0; times < 10; times++)
        {
            unfinished.Begin("customer", "1").Value!.Dispose();
        }

        Assert.NotNull(unfinished.Begin("customer", "1").Value);
    }

    [Fact]
    public async Task An_order_counts_until_it_ends()
    {
        var first = Accept("customer", "1");
        _ = Accept("customer", "2");
        Assert.Null(unfinished.Begin("customer", "3").Value);

        endings.Record("1", OrderStream.Empty, Placed with { Status = OrderStatus.Cancelled });

        await first;
        Assert.NotNull(unfinished.Begin("customer", "3").Value);
    }

    [Fact]
    public async Task An_order_that_waits_for_an_approval_leaves_its_place_and_takes_none_to_go_on()
    {
        var first = Accept("customer", "1");
        _ = Accept("customer", "2");
        var waiting = Order.Evolve(Placed, new ApprovalRequested(999, DateTimeOffset.UnixEpoch, []))!;

        endings.Record("1", OrderStream.Empty, waiting);

        await first;
        _ = Accept("customer", "3");
        endings.Record("1", OrderStream.Empty, Order.Evolve(waiting, new OrderApproved("eve", null))!);
        endings.Record("1", OrderStream.Empty, waiting with { Status = OrderStatus.Confirmed });
        Assert.Null(unfinished.Begin("customer", "4").Value);
    }

    [Fact]
    public async Task An_order_that_waits_for_an_intervention_leaves_its_place()
    {
        var first = Accept("customer", "1");
        _ = Accept("customer", "2");

        endings.Record(
            "1",
            OrderStream.Empty,
            Order.Evolve(Placed, new InterventionRequired(1, SagaSteps.ProcessPayment, "away", 7, "1", DateTimeOffset.UnixEpoch, []))!
        );

        await first;
        Assert.NotNull(unfinished.Begin("customer", "3").Value);
    }

    [Fact]
    public async Task An_order_whose_wait_began_before_its_acceptance_does_not_count()
    {
        using var order = unfinished.Begin("customer", "1").Value!;
        endings.Record("1", OrderStream.Empty, Order.Evolve(Placed, new ApprovalRequested(999, DateTimeOffset.UnixEpoch, []))!);

        await order.Accept();

        _ = Accept("customer", "2");
        Assert.NotNull(unfinished.Begin("customer", "3").Value);
    }

    [Fact]
    public async Task An_order_whose_end_does_not_arrive_here_counts_for_half_a_minute()
    {
        var first = Accept("customer", "1");
        _ = Accept("customer", "2");
        Assert.Null(unfinished.Begin("customer", "3").Value);

        time.Advance(UnfinishedOrders.Longest);

        await first;
        Assert.NotNull(unfinished.Begin("customer", "3").Value);
    }

    public ValueTask DisposeAsync() => unfinished.DisposeAsync();

    private Task Accept(string customerId, string orderId) => unfinished.Begin(customerId, orderId).Value!.Accept();
}
