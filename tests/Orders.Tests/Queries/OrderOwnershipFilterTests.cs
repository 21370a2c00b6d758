using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Orders.Ordering;
using Orders.Queries;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Requests;
using ServiceFakes;

namespace Orders.Tests.Queries;

/// <summary>The filter reads the stream of the order, and not its workflow, which may not answer.</summary>
public sealed class OrderOwnershipFilterTests
{
    private readonly OrderStreams streams = new(
        new MemoryState().Knows<OrderStream>().Client,
        new OrderEndings(),
        new UnseenEvents(TimeProvider.System),
        TimeProvider.System
    );

    [Theory]
    [InlineData("o1", "ada", true)]
    [InlineData("o1", "bob", false)]
    [InlineData("o2", "ada", false)]
    public async Task A_customers_request_reaches_the_customers_own_orders(string orderId, string customerId, bool reaches)
    {
        await CreateAsync();

        var result = await AskAsync(orderId, new Caller.Customer(customerId));

        Assert.Equal(reaches, result is "reached");
        Assert.True(reaches || result is ProblemHttpResult { StatusCode: StatusCodes.Status404NotFound });
    }

    [Fact]
    public async Task An_operators_request_reaches_every_order()
    {
        await CreateAsync();

        Assert.Equal("reached", await AskAsync("o1", new Caller.Operator("eve")));
    }

    private Task CreateAsync() =>
        streams.CreateAsync(
            "o1",
            new OrderCreated("ada", [new OrderLine("tea", 1, 500)], 500, "EUR", SagaKinds.Orchestration),
            CancellationToken.None
        );

    private async Task<object?> AskAsync(string orderId, Caller caller)
    {
        var http = new DefaultHttpContext();
        http.Request.RouteValues["orderId"] = orderId;
        http.Features.Set(caller);
        return await new OrderOwnershipFilter(streams).InvokeAsync(EndpointFilterInvocationContext.Create(http), _ =>
            ValueTask.FromResult<object?>("reached")
        );
    }
}
