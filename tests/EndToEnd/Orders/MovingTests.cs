using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Shipments that move on by their reminders, and the orders that follow them.</summary>
public sealed class MovingTests
{
    [Fact]
    public async Task Orders_are_shipped_and_delivered_by_themselves_and_a_cancelled_one_is_not()
    {
        await using var system = await StartAsync(shipAfter: 4, deliverAfter: 2);
        var before = await system.Api.ProductAsync("product-3");
        var cancelled = await system.Api.PlaceAndEndAsync(Api.Order("product-3", 5));
        await system.Api.DoAsync($"/api/orders/{cancelled.OrderId}/cancel");
        var orderIds = new List<string>();
        foreach (var saga in new[] { "orchestration", "choreography" })
        {
            orderIds.Add(await system.Api.PlaceAsync(Api.Order("product-3", 2, saga: saga)));
        }

        foreach (var orderId in orderIds)
        {
            await system.Api.WhenAsync(orderId, "delivered");
            Assert.Equal(["order.confirmed", "order.shipped", "order.delivered"], (await system.Api.EventsAsync(orderId)).TakeLast(3));
        }

        await system.Api.WhenAsync(cancelled.OrderId, "cancelled");
        Assert.Equal("cancelled", system.Books.Shipments()[cancelled.OrderId].Status);
        var sold = await Wait.ForAsync("the goods are taken out for good", async () => await system.Api.ProductAsync("product-3") is var product && product.Sold == before.Sold + 4 ? product : null);
        Assert.Equal(before with { Available = before.Available - 4, Sold = before.Sold + 4 }, sold);
        await Wait.UntilAsync("no reminder is left behind", () => Task.FromResult(Reminders(system) == 0));
    }

    [Fact]
    public async Task Goods_that_were_due_while_nobody_ran_leave_after_the_restart()
    {
        await using var system = await StartAsync(shipAfter: 3, deliverAfter: 1);
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        await system.KillSidecarAsync();

        await system.StartAgainAsync();

        await system.Api.WhenAsync(order.OrderId, "delivered");
        Assert.Single(await system.Api.EventsAsync(order.OrderId), happened => happened == "order.shipped");
    }

    [Fact]
    public async Task Goods_leave_although_their_service_dies_when_they_are_due()
    {
        await using var system = await StartAsync(shipAfter: 2, deliverAfter: 2);
        var order = await system.Api.PlaceAndEndAsync(Api.Order());

        await system.KillAppAsync("shipping");

        await system.Api.WhenAsync(order.OrderId, "delivered");
    }

    private static int Reminders(OrderSystem system) => system.Set.ValuesOf("shipping-actors", "shipping||actor-reminder||").Count;

    private static Task<OrderSystem> StartAsync(int shipAfter, int deliverAfter) => OrderSystem.StartAsync(folder =>
    {
        folder.Replace("dapr.yaml", "Shipping__ShipAfter: \"00:30:00\"", $"Shipping__ShipAfter: \"00:00:0{shipAfter}\"");
        folder.Replace("dapr.yaml", "Shipping__DeliverAfter: \"00:01:00\"", $"Shipping__DeliverAfter: \"00:00:0{deliverAfter}\"");
    });
}
