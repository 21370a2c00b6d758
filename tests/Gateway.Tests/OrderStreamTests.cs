using System.Text.Json;
using Gateway.Streaming;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Gateway.Tests;

public sealed class OrderStreamTests
{
    private static readonly DateTimeOffset Begun = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly FakeOrders orders = new();

    [Fact]
    public async Task A_change_that_was_listed_is_sent_once_and_a_later_one_again()
    {
        orders.Answers(FakeOrders.Order("o1", Begun.AddMinutes(-1)));
        orders.Answers(FakeOrders.Order("o1", Begun.AddSeconds(1)));

        var sent = await ReadAsync(null, [FakeOrders.Order("o1", Begun.AddMinutes(-1))], new FakeChanges(null, "o1", "o1"));

        Assert.Equal([("o1", Begun.AddMinutes(-1)), ("o1", Begun.AddSeconds(1))], sent);
    }

    [Fact]
    public async Task A_client_that_reconnects_receives_the_changes_of_the_last_two_minutes_again()
    {
        var sent = await ReadAsync(
            new StreamPosition(Begun, Begun, "last", Begun),
            [
                FakeOrders.Order("recent", Begun.AddSeconds(-119)),
                FakeOrders.Order("old", Begun.AddMinutes(-2)),
                FakeOrders.Order("last", Begun),
                FakeOrders.Order("recent behind", Begun.AddSeconds(-119)),
                FakeOrders.Order("old behind", Begun.AddMinutes(-2)),
            ],
            null
        );

        Assert.Equal(["recent", "recent behind"], sent.Select(one => one.OrderId));
    }

    [Fact]
    public async Task A_stream_ends_without_an_error_when_it_was_too_slow_for_its_changes()
    {
        orders.Answers(FakeOrders.Order("o2", Begun));
        var slow = new RpcException(new Status(StatusCode.Aborted, "too slow"));

        var sent = await ReadAsync(null, [FakeOrders.Order("o1", Begun)], new FakeChanges(slow, "o2"));

        Assert.Equal(["o1", "o2"], sent.Select(one => one.OrderId));
    }

    [Fact]
    public async Task A_change_is_read_at_once_whatever_the_client_prefers()
    {
        orders.Answers(FakeOrders.Order("o1", Begun));

        await ReadAsync(null, [], new FakeChanges(null, "o1"));

        Assert.Equal("/orders/o1", Assert.Single(orders.Requests).RequestUri!.PathAndQuery);
        Assert.False(orders.Requests[0].Headers.Contains("Prefer"));
    }

    private async Task<List<(string OrderId, DateTimeOffset UpdatedAt)>> ReadAsync(
        StreamPosition? position,
        IReadOnlyList<JsonElement> listed,
        FakeChanges? changes
    )
    {
        var context = new DefaultHttpContext { Request = { Headers = { ["Prefer"] = "wait=8" } } };
        var stream = new OrderStream(orders.Client, context, null, Begun, position);
        var sent = new List<(string, DateTimeOffset)>();
        await foreach (var item in stream.ReadAsync(new OrderPage(listed, null), changes, default))
        {
            sent.Add((item.Data.GetProperty("orderId").GetString()!, item.Data.GetProperty("updatedAt").GetDateTimeOffset()));
        }
        return sent;
    }
}
