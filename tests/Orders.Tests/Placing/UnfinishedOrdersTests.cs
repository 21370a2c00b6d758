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

        endings.Record("1", OrderStream.Empty, Order.Evolve(null, SagaRun.Input.ToCreated())! with { Status = OrderStatus.Cancelled });

        await first;
        Assert.NotNull(unfinished.Begin("customer", "3").Value);
    }

    [Fact]
    public async Task An_order_that_waits_for_a_person_counts_for_half_a_minute()
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
