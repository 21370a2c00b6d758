using System.Net.ServerSentEvents;
using System.Text.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of the list of orders as server-sent events, and of reconnecting.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class StreamTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task A_streamed_event_contains_the_order_as_in_the_list()
    {
        var customer = await system.Api.RegisterAsync("Greta Gateway");
        var order = (await system.Api.PlaceAndEndAsync(Api.Order(customer: customer))).OrderId;
        await ConfirmedAsync(customer, order);

        var item = Assert.Single(await ReadAsync(customer));

        Assert.Equal("order", item.EventType);
        var listed = await system.Api.ReadAsync<ListOf<JsonElement>>($"/api/orders?customerId={customer}");
        Assert.True(JsonElement.DeepEquals(Assert.Single(listed.Items), item.Data), $"{listed.Items[0]}{Environment.NewLine}{item.Data}");
    }

    [Fact]
    public async Task A_client_that_reconnects_continues_after_its_last_event()
    {
        var customer = await system.Api.RegisterAsync("Rita Return");
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Insert(0, (await system.Api.PlaceAndEndAsync(Api.Order(customer: customer))).OrderId);
        }
        await ConfirmedAsync(customer, [.. ids]);
        var all = await ReadAsync(customer);
        Assert.Equal(ids, all.Select(IdOf));
        Assert.Equal(3, all.Select(item => item.EventId).Distinct().Count());

        var rest = await ReadAsync(customer, all[1].EventId);
        Assert.Equal(ids[2], IdOf(rest[^1]));
        Assert.DoesNotContain(ids[1], rest.Select(IdOf));

        await system.Api.DoAsync($"/api/orders/{ids[1]}/cancel");
        await system.Api.WhenAsync(ids[1], "cancelled");
        await Wait.UntilAsync("a changed order is sent again", async () =>
            (await ReadAsync(customer, all[2].EventId)).Any(item =>
                IdOf(item) == ids[1] && item.Data.GetProperty("status").GetString() == "cancelled"
            )
        );
        Assert.Equal(ids, (await ReadAsync(customer, "no id of ours")).Select(IdOf));
    }

    [Fact]
    public async Task A_following_stream_sends_changes_with_ids_for_reconnecting()
    {
        var customer = await system.Api.RegisterAsync("Flora Follow");
        using var response = await system.Api.OpenAsync($"/api/orders/stream?customerId={customer}&follow=true");
        await using var events = Parse(await response.Content.ReadAsStreamAsync()).GetAsyncEnumerator();
        var orderId = await system.Api.PlaceAsync(Api.Order(customer: customer));
        SseItem<JsonElement> last;
        do
        {
            Assert.True(await events.MoveNextAsync());
            last = events.Current;
            Assert.Equal(orderId, IdOf(last));
            Assert.True(last.Data.TryGetProperty("steps", out _));
        } while (last.Data.GetProperty("status").GetString() != "confirmed");
        await ConfirmedAsync(customer, orderId);

        Assert.Empty(await ReadAsync(customer, last.EventId));
        await system.Api.DoAsync($"/api/orders/{orderId}/cancel");
        await system.Api.WhenAsync(orderId, "cancelled");
        await Wait.UntilAsync("a reconnected client receives the missed changes", async () =>
            (await ReadAsync(customer, last.EventId)).Any(item => item.Data.GetProperty("status").GetString() == "cancelled")
        );
    }

    private static string IdOf(SseItem<JsonElement> item) => item.Data.GetProperty("orderId").GetString()!;

    private static IAsyncEnumerable<SseItem<JsonElement>> Parse(Stream stream) =>
        SseParser.Create(stream, (_, data) => JsonSerializer.Deserialize<JsonElement>(data)).EnumerateAsync();

    private Task ConfirmedAsync(string customer, params string[] orderIds) =>
        Wait.UntilAsync("the list shows the orders as confirmed", async () =>
            (await system.Api.ReadAsync<ListOf<OrderView>>($"/api/orders?customerId={customer}&status=confirmed"))
                .Items.Select(order => order.OrderId)
                .SequenceEqual(orderIds)
        );

    private async Task<List<SseItem<JsonElement>>> ReadAsync(string customer, string? after = null)
    {
        using var response = await system.Api.OpenAsync(
            $"/api/orders/stream?customerId={customer}",
            after is null ? [] : [("Last-Event-ID", after)]
        );
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var items = new List<SseItem<JsonElement>>();
        await foreach (var item in Parse(await response.Content.ReadAsStreamAsync()))
        {
            items.Add(item);
        }
        return items;
    }
}
