using System.Text.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests that an app in another language needs only an entry in the run template.</summary>
[Collection(OnProcessSystem.Name)]
public sealed class OtherLanguageTests(ProcessSystem shared)
{
    [NodeFact]
    public async Task A_Node_subscriber_receives_orders_without_an_SDK()
    {
        var system = shared.System;
        var order = await system.Api.EndOfAsync(await system.Api.PlaceStubbornlyAsync(Api.Order(), "mailed"));
        await system.Api.DoAsync($"/api/orders/{order.OrderId}/cancel", new { reason = "changed my mind" });
        await system.Api.WhenAsync(order.OrderId, "cancelled");

        using var sidecar = system.SidecarOf("gateway");
        var texts = await Wait.ForAsync("both dead letters are stored", async () =>
        {
            var letters = JsonSerializer
                .Deserialize<ListOf<JsonElement>>(await sidecar.ReadAsync(ProcessSystem.Mailer, "letters"), JsonSerializerOptions.Web)!
                .Items;
            var own = letters
                .Select(letter => letter.GetProperty("text").GetString()!)
                .Where(text => text.Contains(order.OrderId, StringComparison.Ordinal))
                .ToList();
            return own.Count >= 2 ? own : null;
        });
        Assert.Equal([$"Your order {order.OrderId} is confirmed.", $"Your order {order.OrderId} was cancelled: changed my mind"], texts);

        using var orders = system.SidecarOf("orders");
        await orders.PublishAsync("orders", "order.shipped", "poison", null!);
        await Wait.UntilAsync("the sample stores the unreadable event itself", async () =>
            JsonSerializer
                .Deserialize<ListOf<JsonElement>>(await sidecar.ReadAsync(ProcessSystem.Mailer, "undelivered"), JsonSerializerOptions.Web)!
                .Items.Any(one => one.GetProperty("subject").GetString() == "poison")
        );
    }
}
