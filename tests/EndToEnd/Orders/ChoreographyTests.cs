using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of the endings of choreographed orders; they equal those of orchestrated orders.</summary>
[Collection(OnSharedSystem.Name)]
public sealed class ChoreographyTests(SharedSystem shared)
{
    private const string Choreography = "choreography";

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task An_order_is_confirmed_with_its_goods_reserved_its_money_captured_and_its_shipment_arranged()
    {
        var before = await system.Api.ProductAsync("product-8");

        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-8", 3, saga: Choreography));

        Assert.Equal(("confirmed", Choreography), (order.Status, order.Saga));
        Assert.Equal(["create-order done", "reserve-inventory done", "process-payment done", "arrange-shipment done"], order.States);
        Assert.Equal(before.Reserved + 3, (await system.Api.ProductAsync("product-8")).Reserved);
        Assert.Equal(order.Total, system.Ledger.Payments()[order.OrderId].Kept);
        Assert.Equal("arranged", system.Ledger.Shipments()[order.OrderId].Status);
        Assert.Equal(
            ["order.created", "order.payment-requested", "order.shipment-requested", "order.confirmed"],
            await system.Api.EventsAsync(order.OrderId)
        );
    }

    [Fact]
    public async Task A_declined_payment_cancels_the_order_and_frees_its_goods()
    {
        var order = await CancelledWithEverythingAsBeforeAsync(Api.Order(token: "tok_declined", saga: Choreography));

        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment failed", "arrange-shipment pending"],
            order.States
        );
        Assert.Equal(("The card was declined.", "card-declined"), (order.Reason, order.ReasonCode));
    }

    [Fact]
    public async Task An_address_that_is_not_served_cancels_the_order_and_undoes_its_steps_in_reverse_order()
    {
        var order = await CancelledWithEverythingAsBeforeAsync(Api.Order(customer: "customer-3", saga: Choreography));

        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment compensated", "arrange-shipment failed"],
            order.States
        );
        Assert.Equal(
            [
                "order.created",
                "order.payment-requested",
                "order.shipment-requested",
                "order.refund-requested",
                "order.release-requested",
                "order.cancelled",
            ],
            await system.Api.EventsAsync(order.OrderId)
        );
        Assert.True(system.Ledger.Payments()[order.OrderId] is { Captured: true, Refunded: true }, "the charge must be refunded");
        Assert.All(order.Steps, step =>
            Assert.True(step.StartedAt is not null && step.EndedAt >= step.StartedAt && step.Attempts == 1, $"{step}")
        );
        Assert.All(order.Steps.Take(3), step =>
            Assert.True(
                step.Compensation is { State: "done", Attempts: 1 } && step.Compensation.StartedAt >= order.Steps[3].EndedAt,
                $"{step}"
            )
        );
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_flaky")]
    public async Task A_provider_that_answers_late_or_fails_at_first_charges_once_and_the_order_is_confirmed(string token)
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-9", 2, token, saga: Choreography));

        Assert.Equal("confirmed", order.Status);
        Assert.Equal(new Booking(order.OrderId, order.Total, Captured: true, Refunded: false), system.Ledger.Payments()[order.OrderId]);
        Assert.Equal(token == "tok_flaky" ? 3 : 1, order.Steps[2].Attempts);
    }

    [Fact]
    public async Task Reading_an_order_with_a_version_returns_its_state_after_that_event()
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order(token: "tok_declined", customer: "customer-2", saga: Choreography));

        var states = new List<string>();
        for (var version = 1; version <= 4; version++)
        {
            var past = await system.Api.ReadAsync<OrderView>($"/api/orders/{order.OrderId}?version={version}");
            states.Add($"{past.Status} {past.Steps[2].State} {past.Reason}".TrimEnd());
            Assert.Equal(order.Customer, past.Customer);
        }

        Assert.Equal(
            ["pending pending", "pending pending", "cancelling failed The card was declined.", "cancelled failed The card was declined."],
            states
        );
        foreach (
            var (query, status, code) in ((string, HttpStatusCode, string)[])
                [
                    ("version=5", HttpStatusCode.NotFound, "version-not-found"),
                    ("version=0", HttpStatusCode.BadRequest, "version-invalid"),
                    ("version=last", HttpStatusCode.BadRequest, "request-invalid"),
                ]
        )
        {
            using var refused = await system.Api.GetAsync($"/api/orders/{order.OrderId}?{query}");
            Assert.Equal((status, code), (refused.StatusCode, (await refused.Content.ReadFromJsonAsync<ProblemView>())!.Code));
        }
        using var stranger = system.As("customer-1", "customer");
        using var hidden = await stranger.GetAsync($"/api/orders/{order.OrderId}?version=5");
        Assert.Equal("order-not-found", (await hidden.Content.ReadFromJsonAsync<ProblemView>())!.Code);
    }

    [Fact]
    public async Task Repeating_an_order_with_the_same_key_returns_the_same_order()
    {
        var key = Guid.NewGuid().ToString();

        var ids = await Task.WhenAll(
            Enumerable.Range(0, 10).Select(_ => system.Api.PlaceAsync(Api.Order("product-10", saga: Choreography), key))
        );

        Assert.Single(ids.Distinct());
        Assert.Equal("confirmed", (await system.Api.EndOfAsync(ids[0])).Status);
    }

    private async Task<OrderView> CancelledWithEverythingAsBeforeAsync(object request)
    {
        var stock = await system.Api.ProductsAsync();

        var order = await system.Api.PlaceAndEndAsync(request);

        Assert.Equal("cancelled", order.Status);
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.Equal(0, system.Ledger.Payments().GetValueOrDefault(order.OrderId)?.Kept ?? 0);
        Assert.NotEqual("arranged", system.Ledger.Shipments().GetValueOrDefault(order.OrderId)?.Status);
        return order;
    }
}
