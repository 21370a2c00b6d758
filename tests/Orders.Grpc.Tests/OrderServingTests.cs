using System.Net;
using Grpc.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Orders.Grpc.Following;
using Orders.Grpc.Serving;
using Orders.V1;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;

namespace Orders.Grpc.Tests;

public sealed class OrderServingTests
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly Caller Ada = new Caller.Customer("customer-1");

    private readonly FakeTimeProvider time = new(FakeOrders.At);
    private readonly FakeOrders orders = new();
    private readonly OrderFeed feed;
    private readonly OrderServing serving;
    private readonly List<string> sent = [];

    public OrderServingTests()
    {
        feed = new OrderFeed(orders.Client);
        serving = new OrderServing(orders.Client, feed, new ConfigurationBuilder().Build(), time);
    }

    /// <summary>Keys that orders does not take, or that no header carries.</summary>
    public static TheoryData<string> InvalidKeys => [new string('k', 256), "ключ", "a\nb"];

    [Theory]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    [InlineData("..")]
    public async Task An_order_id_that_breaks_the_rule_is_an_invalid_argument_and_is_not_looked_up(string orderId)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() =>
            serving.GetOrder(new GetOrderRequest { OrderId = orderId }, Call(default))
        );

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Empty(orders.Paths);
    }

    [Theory]
    [MemberData(nameof(InvalidKeys))]
    public async Task A_key_that_orders_cannot_take_is_an_invalid_argument_and_places_no_order(string key)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(() =>
            serving.CreateOrder(new CreateOrderRequest { IdempotencyKey = key }, Call(default))
        );

        Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
        Assert.Empty(orders.Paths);
    }

    [Fact]
    public async Task The_longest_key_is_passed_on_and_a_call_without_one_has_a_key_of_its_own()
    {
        orders.Answer = _ => Task.FromResult((HttpStatusCode.Accepted, (object)new { orderId = "o1", status = "pending" }));
        var key = new string('~', 255);

        await serving.CreateOrder(new CreateOrderRequest { IdempotencyKey = key }, Call(default));
        await serving.CreateOrder(new CreateOrderRequest(), Call(default));
        await serving.CreateOrder(new CreateOrderRequest(), Call(default));

        Assert.Equal(key, orders.Keys[0]);
        Assert.Equal(3, orders.Keys.Distinct().Count());
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest, StatusCode.InvalidArgument)]
    [InlineData(HttpStatusCode.Forbidden, StatusCode.PermissionDenied)]
    [InlineData(HttpStatusCode.NotFound, StatusCode.NotFound)]
    [InlineData(HttpStatusCode.Conflict, StatusCode.FailedPrecondition)]
    [InlineData(HttpStatusCode.UnprocessableEntity, StatusCode.InvalidArgument)]
    [InlineData(HttpStatusCode.TooManyRequests, StatusCode.ResourceExhausted)]
    [InlineData(HttpStatusCode.RequestTimeout, StatusCode.Unavailable)]
    [InlineData(HttpStatusCode.InternalServerError, StatusCode.Internal)]
    [InlineData(HttpStatusCode.ServiceUnavailable, StatusCode.Unavailable)]
    public async Task A_refusal_of_orders_has_the_corresponding_status_and_its_text(HttpStatusCode http, StatusCode grpc)
    {
        orders.Answer = _ => Task.FromResult((http, (object)new { detail = "Why it is refused." }));

        var refused = await Assert.ThrowsAsync<RpcException>(() => serving.GetOrder(new GetOrderRequest { OrderId = "o1" }, Call(default)));

        Assert.Equal((grpc, "Why it is refused."), (refused.StatusCode, refused.Status.Detail));
    }

    [Fact]
    public async Task A_call_of_orders_that_times_out_is_UNAVAILABLE()
    {
        orders.Answer = _ => throw new TaskCanceledException("orders has not answered in time");

        var refused = await Assert.ThrowsAsync<RpcException>(() => serving.GetOrder(new GetOrderRequest { OrderId = "o1" }, Call(default)));

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    [Fact]
    public async Task A_500_of_a_sidecar_is_UNAVAILABLE_because_it_may_pass()
    {
        orders.FailureType = "application/json";
        orders.Answer = _ => Task.FromResult((HttpStatusCode.InternalServerError, (object)new { errorCode = "ERR_DIRECT_INVOKE" }));

        var refused = await Assert.ThrowsAsync<RpcException>(() => serving.GetOrder(new GetOrderRequest { OrderId = "o1" }, Call(default)));

        Assert.Equal(StatusCode.Unavailable, refused.StatusCode);
    }

    [Fact]
    public async Task A_change_that_arrives_while_the_orders_are_listed_is_sent_once()
    {
        using var enough = new CancellationTokenSource();
        orders.Answer = async path =>
        {
            if (path != "/orders")
            {
                return FakeOrders.Found(path);
            }
            await feed.PublishAsync("o1", default);
            await feed.PublishAsync("o2", default);
            return (HttpStatusCode.OK, new { items = new[] { FakeOrders.Order("o1") } });
        };

        await StreamAsync(Call(enough.Token), sentOrder => sentOrder == "o2" ? enough.CancelAsync() : Task.CompletedTask);

        Assert.Equal(["o1", "o2"], sent);
    }

    [Fact]
    public async Task A_stream_that_follows_ends_when_its_token_has_expired()
    {
        var follows = new TaskCompletionSource();
        orders.Answer = path =>
            Task.FromResult(
                path == "/orders" ? (HttpStatusCode.OK, (object)new { items = Array.Empty<object>() }) : FakeOrders.Found(path)
            );
        var streaming = StreamAsync(Call(default), _ =>
        {
            follows.TrySetResult();
            return Task.CompletedTask;
        });
        await feed.PublishAsync("o1", default);
        await follows.Task.WaitAsync(Longest, TimeProvider.System);
        time.Advance(TimeSpan.FromMinutes(1));
        Assert.False(streaming.IsCompleted);

        time.Advance(TokenExpiry.ClockSkew);

        var ended = await Assert.ThrowsAsync<RpcException>(() => streaming.WaitAsync(Longest, TimeProvider.System));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    [Fact]
    public async Task A_stream_that_its_client_does_not_read_ends_when_its_token_has_expired()
    {
        var writes = new TaskCompletionSource();
        orders.Answer = _ => Task.FromResult((HttpStatusCode.OK, (object)new { items = new[] { FakeOrders.Order("o1") } }));
        var streaming = StreamAsync(Call(default), _ =>
        {
            writes.TrySetResult();
            return new TaskCompletionSource().Task;
        });
        await writes.Task.WaitAsync(Longest, TimeProvider.System);

        time.Advance(TimeSpan.FromMinutes(1) + TokenExpiry.ClockSkew);

        var ended = await Assert.ThrowsAsync<RpcException>(() => streaming.WaitAsync(Longest, TimeProvider.System));
        Assert.Equal(StatusCode.Unauthenticated, ended.StatusCode);
    }

    /// <summary>A call with a token that expires in a minute.</summary>
    private static ServerCallContext Call(CancellationToken cancellation) =>
        FakeCall.Of(Ada, FakeOrders.At + TimeSpan.FromMinutes(1), cancellation);

    private Task StreamAsync(ServerCallContext call, Func<string, Task> whenSent)
    {
        var responses = new Mock<IServerStreamWriter<Order>>();
        responses
            .Setup(writer => writer.WriteAsync(It.IsAny<Order>(), It.IsAny<CancellationToken>()))
            .Returns(
                (Order order, CancellationToken cancellation) =>
                {
                    sent.Add(order.OrderId);
                    return whenSent(order.OrderId).WaitAsync(cancellation);
                }
            );
        return serving.StreamOrders(new StreamOrdersRequest { Follow = true }, responses.Object, call);
    }
}
