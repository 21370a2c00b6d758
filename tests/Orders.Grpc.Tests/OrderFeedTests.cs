using Grpc.Core;
using Orders.Grpc.Following;

namespace Orders.Grpc.Tests;

public sealed class OrderFeedTests
{
    private const int MostWaiting = 1000;

    private readonly FakeOrders orders = new();
    private readonly OrderFeed feed;

    public OrderFeedTests() => feed = new OrderFeed(orders.Client);

    [Fact]
    public async Task A_stream_that_is_too_slow_ends_with_ABORTED_after_the_changes_that_waited()
    {
        using var slow = feed.Follow("customer-1");
        for (var number = 0; number < MostWaiting + 1; number++)
        {
            await feed.PublishAsync($"o{number}", default);
        }
        using var late = feed.Follow("");
        await feed.PublishAsync("last", default);

        var read = 0;
        var ended = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            await foreach (var _ in slow.ReadAllAsync(default))
            {
                read++;
            }
        });

        Assert.Equal((MostWaiting, StatusCode.Aborted), (read, ended.StatusCode));
        await using var changes = late.ReadAllAsync(default).GetAsyncEnumerator();
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal("last", changes.Current.OrderId);
    }

    [Fact]
    public async Task Orders_are_read_only_while_a_stream_is_open()
    {
        await feed.PublishAsync("before", default);
        feed.Follow("customer-1").Dispose();
        await feed.PublishAsync("after", default);

        Assert.Empty(orders.Paths);
    }
}
