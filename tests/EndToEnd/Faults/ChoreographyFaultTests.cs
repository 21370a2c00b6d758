using System.Diagnostics;
using System.Text.Json;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>Events that come twice, late, or never.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class ChoreographyFaultTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("tok_ok", "customer-1", "confirmed")]
    [InlineData("tok_ok", "customer-3", "cancelled")]
    [InlineData("tok_declined", "customer-1", "cancelled")]
    [InlineData("tok_ok", "customer-1", "cancelled")]
    [InlineData("tok_ok", "customer-1", "delivered")]
    public async Task Every_event_delivered_again_changes_nothing(string token, string customer, string status)
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-7", token: token, customer: customer, saga: "choreography"));
        if (order.Status != status)
        {
            order = await MoveAsync(order.OrderId, status);
        }
        var (stock, events) = (await system.Api.ProductsAsync(), await system.Api.EventsAsync(order.OrderId));

        using var orders = system.SidecarOf("orders");
        foreach (var (topic, type, data) in AllEvents(order, token))
        {
            await orders.PublishAsync(topic, type, order.OrderId, data);
        }
        // The last of them in every topic has been dealt with when an order placed afterwards has ended.
        var after = await system.Api.PlaceAndEndAsync(Api.Order("product-7", saga: "choreography"));
        await system.Api.DoAsync($"/api/orders/{after.OrderId}/cancel");
        await system.Api.WhenAsync(after.OrderId, "cancelled");

        Assert.Equal(events, await system.Api.EventsAsync(order.OrderId));
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.Equal(status == "cancelled" ? 0 : order.Total, system.Books.Payments().GetValueOrDefault(order.OrderId)?.Kept ?? 0);
        Assert.Equal(status switch { "confirmed" => "arranged", "delivered" => "delivered", _ => null }, system.Books.Shipments().GetValueOrDefault(order.OrderId)?.Status is ("arranged" or "delivered") and var moved ? moved : null);
    }

    /// <summary>A confirmed order, cancelled by its customer or brought to its end.</summary>
    private async Task<OrderView> MoveAsync(string orderId, string status)
    {
        if (status == "cancelled")
        {
            await system.Api.DoAsync($"/api/orders/{orderId}/cancel");
        }
        else
        {
            await system.Api.DoAsync($"/api/operations/shipments/{orderId}/ship");
            await system.Api.WhenAsync(orderId, "shipped");
            await system.Api.DoAsync($"/api/operations/shipments/{orderId}/deliver");
        }
        await system.Api.WhenAsync(orderId, status);
        await Wait.UntilAsync("inventory has heard of it", async () => status == "cancelled" || (await system.Api.ProductAsync("product-7")).Sold > 0);
        return await system.Api.OrderAsync(orderId);
    }

    [Theory]
    [InlineData("""{"orderId":7}""")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task A_poisoned_message_is_a_dead_letter_at_once_and_holds_up_nothing(string data)
    {
        using var orders = system.SidecarOf("orders");
        var id = Guid.NewGuid().ToString();

        await orders.PublishAsync("orders", JsonSerializer.Serialize(new { id, source = "tests", specversion = "1.0", type = "order.created", subject = id, saga = "choreography", datacontenttype = "application/json", data = JsonSerializer.Deserialize<JsonElement>(data), topic = "orders", pubsubname = "events" }));

        var begun = Stopwatch.GetTimestamp();
        await Wait.UntilAsync("it is kept as a dead letter of inventory and of orders", async () =>
            (await system.Api.ReadAsync<ListOf<JsonElement>>("/api/operations/dead-letters?limit=100")).Items.Select(letter => letter.GetProperty("id").GetString()).Intersect([$"inventory.{id}", $"orders.{id}"]).Count() == 2);
        Assert.True(Stopwatch.GetElapsedTime(begun) < TimeSpan.FromSeconds(15), $"it was tried for {Stopwatch.GetElapsedTime(begun)}, although trying again can't help"); // the tries of a delivery take half a minute
        Assert.Equal("confirmed", (await system.Api.PlaceAndEndAsync(Api.Order(saga: "choreography"))).Status);
        await system.Api.DoAsync($"/api/operations/dead-letters/inventory.{id}/discard", new { note = "poison" });
        await system.Api.DoAsync($"/api/operations/dead-letters/orders.{id}/discard", new { note = "poison" });
    }

    private static IEnumerable<(string Topic, string Type, object Data)> AllEvents(OrderView order, string token)
    {
        var items = order.Items.Select(item => new { item.ProductId, item.Quantity }).ToList();
        var destination = new { name = "Ada", line1 = "Main St 1", city = "Graz", postalCode = "8010", country = order.CustomerId == "customer-3" ? "XX" : "AT" };
        object About(string type, string suffix = "") => new { eventId = $"{order.OrderId}:{type}{suffix}", version = 1, occurredAt = DateTimeOffset.UnixEpoch, orderId = order.OrderId };
        yield return ("orders", "order.created", new { eventId = $"{order.OrderId}:1", version = 1, occurredAt = DateTimeOffset.UnixEpoch, orderId = order.OrderId, customerId = order.CustomerId, items });
        yield return ("orders", "order.payment-requested", new { eventId = $"{order.OrderId}:2", version = 2, occurredAt = DateTimeOffset.UnixEpoch, orderId = order.OrderId, amount = order.Total, currency = "EUR", paymentToken = token, round = 1 });
        if (token == "tok_ok")
        {
            yield return ("orders", "order.shipment-requested", new { eventId = $"{order.OrderId}:3", version = 3, occurredAt = DateTimeOffset.UnixEpoch, orderId = order.OrderId, destination, round = 1 });
        }
        if (order.Status == "cancelled")
        {
            yield return ("orders", "order.refund-requested", About("refund-again"));
            yield return ("orders", "order.release-requested", About("release-again"));
            if (token == "tok_ok" && order.CustomerId != "customer-3")
            {
                yield return ("orders", "order.shipment-cancellation-requested", About("shipment-cancellation-again"));
            }
        }
        if (order.Status == "delivered")
        {
            yield return ("orders", "order.shipped", About("order.shipped"));
            yield return ("orders", "order.delivered", About("order.delivered"));
            yield return ("inventory", "inventory.sold", About("inventory.sold"));
            yield return ("shipments", "shipment.shipped", About("shipment.shipped"));
            yield return ("shipments", "shipment.delivered", About("shipment.delivered"));
        }
        foreach (var type in new[] { "order.confirmed", "order.cancelled", "order.cancellation-requested", "order.cancellation-refused", "order.approval-requested", "order.approved", "order.rejected", "order.intervention-required", "order.intervention-decided" })
        {
            yield return ("orders", type, About(type));
        }
        foreach (var type in new[] { "inventory.reserved", "inventory.reservation-failed", "inventory.released" })
        {
            yield return ("inventory", type, About(type));
        }
        foreach (var type in new[] { "payment.completed", "payment.failed", "payment.refunded", "payment.refund-failed" })
        {
            yield return ("payments", type, About(type, type == "payment.refund-failed" ? ":1" : ""));
        }
        foreach (var type in new[] { "shipment.arranged", "shipment.refused", "shipment.cancelled" })
        {
            yield return ("shipments", type, About(type));
        }
    }
}
