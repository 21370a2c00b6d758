using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of shipments that their reminders advance, and of the orders that follow them.</summary>
public sealed class ShipmentProgressTests(ShipmentProgressTests.InSeconds shared) : IClassFixture<ShipmentProgressTests.InSeconds>
{
    /// <summary>Long enough to cancel a confirmed order before, also on a busy machine.</summary>
    private static readonly TimeSpan ShipAfter = TimeSpan.FromSeconds(8);

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Orders_are_shipped_and_delivered_automatically_unless_cancelled()
    {
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
        Assert.Equal("cancelled", system.Ledger.Shipments()[cancelled.OrderId].Status);
        var sold = await Wait.ForAsync("the goods are sold", async () =>
            await system.Api.ProductAsync("product-3") is var product && product.Sold == before.Sold + 4 ? product : null
        );
        Assert.Equal(before with { Available = before.Available - 4, Sold = before.Sold + 4 }, sold);
        await Wait.UntilAsync("no reminder is left", () => Task.FromResult(Reminders(system) == 0));
    }

    [Fact]
    public async Task Shipments_that_became_due_while_the_system_was_stopped_are_shipped_after_the_restart()
    {
        var shipAfter = TimeSpan.FromSeconds(4);
        await using var stopped = await OrderSystem.StartAsync(folder => Hasten(folder, shipAfter));
        var order = await stopped.Api.PlaceAndEndAsync(Api.Order());
        var due = TimeProvider.System.GetUtcNow() + shipAfter;
        await stopped.EndsWellAsync();
        await Wait.UntilAsync("the shipment is due", () => TimeProvider.System.GetUtcNow() > due);

        await stopped.StartAgainAsync();

        await stopped.Api.WhenAsync(order.OrderId, "delivered");
        Assert.Single(await stopped.Api.EventsAsync(order.OrderId), @event => @event == "order.shipped");
    }

    [Fact]
    public async Task Shipments_are_shipped_even_if_the_service_is_killed_when_they_are_due()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order());
        var due = TimeProvider.System.GetUtcNow() + ShipAfter;
        await Wait.UntilAsync("the shipment is due", () => TimeProvider.System.GetUtcNow() >= due);

        await system.KillAppAsync("shipping");

        await system.Api.WhenAsync(order.OrderId, "delivered");
    }

    private static int Reminders(OrderSystem system) => system.Set.ValuesOf("shipping-actors", "shipping||actor-reminder||").Count;

    /// <summary>Delivers an order two seconds after it was shipped.</summary>
    private static void Hasten(SystemFolder folder, TimeSpan shipAfter)
    {
        folder.LeaveOutViewers();
        folder.Replace("dapr.yaml", "Shipping__ShipAfter: \"00:30:00\"", $"Shipping__ShipAfter: \"{shipAfter}\"");
        folder.Replace("dapr.yaml", "Shipping__DeliverAfter: \"00:01:00\"", "Shipping__DeliverAfter: \"00:00:02\"");
    }

    public sealed class InSeconds : SharedSystem
    {
        private protected override SystemHosting Hosting => SystemHosting.TestProcessExcept("shipping");

        private protected override void Prepare(SystemFolder folder) => Hasten(folder, ShipAfter);
    }
}
