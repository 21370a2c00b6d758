using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of cancelling orders, in time and too late.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class CancelTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task Cancelling_a_confirmed_order_compensates_all_its_steps(string saga)
    {
        var stock = await system.Api.ProductsAsync();
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-2", 2, saga: saga));
        Assert.Equal("confirmed", order.Status);

        await system.Api.DoAsync($"/api/orders/{order.OrderId}/cancel", new { reason = "changed my mind" });

        var cancelled = await system.Api.WhenAsync(order.OrderId, "cancelled");
        Assert.Equal("changed my mind", cancelled.Reason);
        Assert.All(cancelled.Steps, step => Assert.Equal("compensated", step.State));
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.Equal(0, system.Ledger.Payments()[order.OrderId].Kept);
        Assert.Equal("cancelled", system.Ledger.Shipments()[order.OrderId].Status);
    }

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task A_cancellation_concurrent_with_the_saga_has_exactly_one_outcome(string saga)
    {
        var stock = await system.Api.ProductsAsync();
        var orderIds = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async number =>
                {
                    var orderId = await system.Api.PlaceAsync(Api.Order($"product-{1 + (number % 10)}", saga: saga));
                    await system.Api.DoAsync($"/api/orders/{orderId}/cancel");
                    await system.Api.DoAsync($"/api/orders/{orderId}/cancel");
                    return orderId;
                })
        );

        foreach (var orderId in orderIds)
        {
            await system.Api.WhenAsync(orderId, "cancelled");
            Assert.Single(await system.Api.EventsAsync(orderId), @event => @event == "order.cancelled");
        }
        Assert.Equal(stock, await system.Api.ProductsAsync());
        var payments = system.Ledger.Payments();
        Assert.All(orderIds, orderId => Assert.Equal(0, payments.GetValueOrDefault(orderId)?.Kept ?? 0));
    }

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task An_order_follows_its_shipment_and_can_not_be_cancelled_in_transit(string saga)
    {
        var before = await system.Api.ProductAsync("product-3");
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-3", 2, saga: saga));

        Assert.Equal(new ShipmentView(order.OrderId, "shipped", $"TRK-{order.OrderId}"), await MoveAsync(order.OrderId, "ship"));
        await system.Api.WhenAsync(order.OrderId, "shipped");

        using var refused = await system.Api.PostToAsync($"/api/orders/{order.OrderId}/cancel");
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Equal("order-on-its-way", (await refused.Content.ReadFromJsonAsync<ProblemView>())!.Code);
        var after = await Wait.ForAsync("the goods are sold", async () =>
            await system.Api.ProductAsync("product-3") is var product && product.Sold == before.Sold + 2 ? product : null
        );
        Assert.Equal(before with { Available = before.Available - 2, Sold = before.Sold + 2 }, after);

        Assert.Equal("delivered", (await MoveAsync(order.OrderId, "deliver")).Status);
        await system.Api.WhenAsync(order.OrderId, "delivered");
        Assert.Equal(["order.shipped", "order.delivered"], (await system.Api.EventsAsync(order.OrderId)).TakeLast(2));
        await system.Api.PutProductAsync("product-3", new { stock = before.Available }); // the shared stock as it was
    }

    private async Task<ShipmentView> MoveAsync(string orderId, string move)
    {
        using var answer = await system.Api.PostToAsync($"/api/operations/shipments/{orderId}/{move}");
        return (await answer.Content.ReadFromJsonAsync<ShipmentView>())!;
    }

    private sealed record ShipmentView(string OrderId, string Status, string? Tracking);

    [Fact]
    public async Task Cancelling_an_unknown_order_is_refused()
    {
        using var refused = await system.Api.PostToAsync("/api/orders/00000000000000000000000000000000/cancel");

        Assert.Equal(HttpStatusCode.NotFound, refused.StatusCode);
        Assert.Equal("order-not-found", (await refused.Content.ReadFromJsonAsync<ProblemView>())!.Code);
    }
}
