using System.Net;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>Tests of orders whose service receives no events: their time-out ends them.</summary>
public sealed class ChoreographyTimeoutTests
{
    [Fact]
    public async Task An_order_without_progress_is_compensated_and_a_stuck_compensation_becomes_an_intervention()
    {
        await using var system = await OrderSystem.StartAsync(folder =>
        {
            folder.LeaveOutViewers();
            File.Delete(folder.In("components/shipping-on-orders-choreography.yaml"));
            folder.Replace(
                "dapr.yaml",
                "Saga__CompensationAttempts: \"5\"\n    Saga__StuckAfter: \"00:00:15\"",
                "Saga__CompensationAttempts: \"1\"\n    Saga__StuckAfter: \"00:00:06\""
            );
        });
        var stock = await system.Api.ProductsAsync();
        var orderId = await system.Api.PlaceStubbornlyAsync(Api.Order("product-4", saga: "choreography"), "silent");

        var parked = await system.Api.WhenAsync(orderId, "intervention");
        Assert.Equal("arrange-shipment", Assert.Single(parked.Interventions!).Step);
        Assert.Equal(
            ("The order was not completed in time.", "timed-out", "No answer to step arrange-shipment in time."),
            (parked.Reason, parked.ReasonCode, parked.Cause)
        );
        await system.Api.DoAsync(
            $"/api/operations/interventions/{parked.Interventions![0].InterventionId}",
            new { decision = "resolved", note = "nothing was sent" }
        );

        var ended = await system.Api.WhenAsync(orderId, "cancelled");
        Assert.Equal(["compensated", "compensated", "compensated", "failed"], ended.Steps.Select(step => step.State));
        Assert.Equal("resolved", ended.Steps[3].Compensation!.State);
        Assert.Equal(
            [
                "order.created",
                "order.payment-requested",
                "order.shipment-requested",
                "order.cancellation-requested",
                "order.shipment-cancellation-requested",
                "order.intervention-required",
                "order.intervention-decided",
                "order.refund-requested",
                "order.release-requested",
                "order.cancelled",
            ],
            await system.Api.EventsAsync(orderId)
        );
        await Wait.ForAsync("shipping no longer accepts the shipment that was resolved", async () =>
        {
            using var late = await system.Api.PostToAsync($"/api/operations/shipments/{orderId}/ship", new { });
            return late.StatusCode == HttpStatusCode.Conflict ? "refused" : null;
        });
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.True(system.Ledger.Payments()[orderId] is { Captured: true, Refunded: true }, "the charge must be refunded");
    }
}
