using Dapr.Workflow;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Orders.Ordering;
using Orders.Queries;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using ServiceFakes;

namespace Orders.Tests.Queries;

public sealed class OrderWaiterTests
{
    private static readonly OrderCreated Created = new(
        "customer-1",
        [new OrderLine("product-1", 2, 500)],
        1000,
        "EUR",
        SagaKinds.Choreography
    );

    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly OrderEndings endings = new();
    private readonly OrderStreams streams;
    private readonly OrderWaiter waiter;

    public OrderWaiterTests()
    {
        streams = new OrderStreams(new MemoryState().Knows<OrderStream>().Client, endings, new UnseenEvents(time), time);
        waiter = new OrderWaiter(new OrderQueries(streams, Mock.Of<IDaprWorkflowClient>()), endings, time);
    }

    [Fact]
    public async Task Every_waiting_request_is_answered_when_the_order_ends()
    {
        await streams.CreateAsync("o1", Created, default);
        var http = RequestWith("wait=8");
        var first = waiter.FindAsync("o1", new Caller.Operator("op"), http);
        var second = waiter.FindAsync("o1", new Caller.Operator("op"), RequestWith("respond-async, wait=5"));
        Assert.False(first.IsCompleted || second.IsCompleted);

        await streams.AppendAsync("o1", order => OrderRules.Confirm(order, []), default);

        Assert.Equal(["confirmed", "confirmed"], [(await first).Value!.Status, (await second).Value!.Status]);
        Assert.Equal("wait=8", http.Response.Headers["Preference-Applied"]);
    }

    [Fact]
    public async Task A_request_goes_on_waiting_while_the_order_waits_for_an_approval()
    {
        await streams.CreateAsync("o1", Created, default);
        var found = waiter.FindAsync("o1", new Caller.Operator("op"), RequestWith("wait=8"));

        await streams.AppendAsync("o1", _ => new ApprovalRequested(999, DateTimeOffset.UnixEpoch, []), default);
        Assert.False(found.IsCompleted);
        await streams.AppendAsync("o1", order => OrderRules.Confirm(order, []), default);

        Assert.Equal("confirmed", (await found).Value!.Status);
    }

    [Fact]
    public async Task A_waiting_request_gets_the_pending_order_when_its_time_is_over()
    {
        await streams.CreateAsync("o1", Created, default);
        var begun = time.GetUtcNow();
        var found = waiter.FindAsync("o1", new Caller.Operator("op"), RequestWith("wait=3"));

        while (!found.IsCompleted)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }

        Assert.Equal("pending", (await found).Value!.Status);
        Assert.True(time.GetUtcNow() - begun >= TimeSpan.FromSeconds(3));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("wait=0")]
    [InlineData("wait=soon")]
    [InlineData("respond-async")]
    public async Task A_request_without_a_preference_is_answered_at_once(string? preference)
    {
        await streams.CreateAsync("o1", Created, default);

        Assert.Equal("pending", (await waiter.FindAsync("o1", new Caller.Operator("op"), RequestWith(preference))).Value!.Status);
    }

    [Fact]
    public async Task Another_customers_order_is_not_waited_for()
    {
        await streams.CreateAsync("o1", Created, default);

        Assert.Equal(
            "order-not-found",
            (await waiter.FindAsync("o1", new Caller.Customer("customer-2"), RequestWith("wait=8"))).Refusal!.Code
        );
    }

    private static DefaultHttpContext RequestWith(string? preference)
    {
        var http = new DefaultHttpContext();
        if (preference is not null)
        {
            http.Request.Headers["Prefer"] = preference;
        }
        return http;
    }
}
