using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests that an event which a service can't process is stored, listed and replayed after the cause is removed.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class DeadLetterTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Shipments_without_a_reservation_become_dead_letters_until_they_are_replayed_or_discarded()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-6"));
        using (var orders = system.SidecarOf("orders"))
        {
            await orders.InvokeAsync("inventory", $"reservations/{order.OrderId}/release");
        }
        await system.Api.DoAsync($"/api/operations/shipments/{order.OrderId}/ship");

        var letter = await OpenAsync(order.OrderId, 1);
        Assert.Equal(("inventory", "shipment.shipped", "shipments"), (letter.App, letter.Type, letter.Topic));
        Assert.Equal(($"Order '{order.OrderId}' holds no goods.", 1), (letter.Reason, letter.Attempts));

        await system.Api.DoAsync($"/api/operations/dead-letters/{letter.Id}/replay", new { note = "it may have been held meanwhile" });
        var back = await OpenAsync(order.OrderId, 2);
        Assert.Equal(2, back.Attempts);

        await system.Api.DoAsync($"/api/operations/dead-letters/{back.Id}/discard", new { note = "lost at sea" });
        var discarded = await Wait.ForAsync("the dead letter is discarded", async () =>
            (await ListAsync("discarded")).FirstOrDefault(one => one.Id == letter.Id)
        );
        Assert.Equal(
            [("replayed", "it may have been held meanwhile"), ("discarded", "lost at sea")],
            discarded.History.Select(action => (action.Became, action.Note))
        );
        Assert.DoesNotContain(await ListAsync("open"), one => one.Id == letter.Id);
    }

    private Task<LetterView> OpenAsync(string orderId, int times) =>
        Wait.ForAsync($"the event of order {orderId} is a dead letter", async () =>
            (await ListAsync("open")).FirstOrDefault(one => one.Subject == orderId && one.Times == times && one.Attempts == times)
        );

    private async Task<List<LetterView>> ListAsync(string state) =>
        (await system.Api.ReadAsync<ListOf<LetterView>>($"/api/operations/dead-letters?state={state}&limit=100")).Items;

    private sealed record LetterView(
        string Id,
        string App,
        string Type,
        string Topic,
        string? Subject,
        int Times,
        int? Attempts,
        string? Reason,
        List<ActionView> History
    );

    private sealed record ActionView(string Became, string? Note);
}
