using System.Net;
using System.Net.Http.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

[Collection(OnSharedSystem.Name)]
public sealed class OutcomeTests(SharedSystem shared)
{
    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task An_order_is_confirmed_with_its_goods_reserved_its_money_captured_and_its_shipment_arranged()
    {
        var before = await system.Api.ProductAsync("product-2");

        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-2", 3));

        Assert.Equal("confirmed", order.Status);
        Assert.Equal(["create-order done", "reserve-inventory done", "process-payment done", "arrange-shipment done"], order.States);
        Assert.Equal((before.Price, before.Price * 3, "EUR"), (order.Items.Single().UnitPrice, order.Total, order.Currency));
        Assert.Equal("Aiko Tanaka", order.Customer?.Name);
        Assert.Equal(
            before with
            {
                Available = before.Available - 3,
                Reserved = before.Reserved + 3,
            },
            await system.Api.ProductAsync("product-2")
        );
        Assert.Equal(order.Total, system.Ledger.Payments()[order.OrderId].Kept);
        Assert.Equal("arranged", system.Ledger.Shipments()[order.OrderId].Status);
        Assert.Equal(["order.created", "order.confirmed"], await system.Api.EventsAsync(order.OrderId));
    }

    [Fact]
    public async Task An_order_shows_its_customers_latest_change()
    {
        var customer = await system.Api.RegisterAsync("Before");
        var order = await system.Api.PlaceAndEndAsync(Api.Order(customer: customer));

        await system.Api.ChangeCustomerAsync(customer, "After");

        Assert.Equal(("Before", "After"), (order.Customer?.Name, (await system.Api.OrderAsync(order.OrderId)).Customer?.Name));
    }

    [Fact]
    public async Task Two_lines_of_one_product_are_both_reserved_and_paid()
    {
        var before = await system.Api.ProductAsync("product-3");
        var line = new { productId = "product-3", quantity = 2 };

        var order = await system.Api.PlaceAndEndAsync(
            new
            {
                customerId = "customer-2",
                items = new[] { line, line },
                paymentToken = "tok_ok",
            }
        );

        Assert.Equal(("confirmed", before.Price * 4), (order.Status, order.Total));
        Assert.Equal(before.Reserved + 4, (await system.Api.ProductAsync("product-3")).Reserved);
    }

    [Theory]
    [InlineData("product-11", 1, 0)]
    [InlineData("product-12", 51, 50)]
    public async Task An_order_beyond_the_stock_is_refused_immediately_with_the_quantity_left(string product, int quantity, int left)
    {
        using var refused = await system.Api.PostAsync(Api.Order(product, quantity));

        var problem = (await refused.Content.ReadFromJsonAsync<StockProblem>())!;
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "out-of-stock"), (refused.StatusCode, problem.Code));
        Assert.Equal([new ShortageView(product, quantity, left)], problem.Items);
    }

    [Theory]
    [InlineData("orchestration")]
    [InlineData("choreography")]
    public async Task An_order_that_loses_the_race_for_the_last_unit_is_cancelled_without_reservation_or_charge(string saga)
    {
        var order = await system.Api.PlaceTooLateAsync(saga);

        Assert.Equal(
            ["create-order compensated", "reserve-inventory failed", "process-payment pending", "arrange-shipment pending"],
            order.States
        );
        Assert.Equal(0, system.Ledger.Payments().GetValueOrDefault(order.OrderId)?.Kept ?? 0);
        Assert.Equal(["order.created", "order.cancelled"], await system.Api.EventsAsync(order.OrderId));
        Assert.Contains(order.Items[0].ProductId, order.Reason, StringComparison.Ordinal);
        Assert.Equal(("out-of-stock", "out-of-stock"), (order.ReasonCode, order.Steps[1].Code));
    }

    [Theory]
    [InlineData("tok_declined", "card-declined", "The card was declined.")]
    [InlineData("tok_insufficient_funds", "insufficient-funds", "The card does not cover the amount.")]
    public async Task A_declined_payment_cancels_the_order_and_frees_its_goods(string token, string code, string reason)
    {
        var order = await CancelledWithEverythingAsBeforeAsync(Api.Order(token: token));

        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment failed", "arrange-shipment pending"],
            order.States
        );
        Assert.Equal((reason, code, null), (order.Reason, order.ReasonCode, order.Cause));
        Assert.Equal((reason, code), (order.Steps[2].Error, order.Steps[2].Code));
    }

    [Fact]
    public async Task An_address_that_is_not_served_cancels_the_order_and_undoes_its_steps_in_reverse_order()
    {
        var order = await CancelledWithEverythingAsBeforeAsync(Api.Order(customer: "customer-3"));

        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment compensated", "arrange-shipment failed"],
            order.States
        );
        Assert.Equal(order.Steps.Select(step => step.StartedAt).Order(), order.Steps.Select(step => step.StartedAt));
        var undone = order.Steps.Take(3).Select(step => step.Compensation!.EndedAt).ToList();
        Assert.Equal(undone.OrderDescending(), undone); // the last step failed first, then each before it was undone
        Assert.All(order.Steps, step => Assert.True(step.EndedAt >= step.StartedAt && step.Attempts == 1, $"{step}"));
        Assert.All(order.Steps.Take(3), step =>
            Assert.True(
                step.Compensation is { State: "done", Attempts: 1 } && step.Compensation.StartedAt >= order.Steps[3].EndedAt,
                $"{step}"
            )
        );
        var booking = system.Ledger.Payments()[order.OrderId];
        Assert.True(booking is { Captured: true, Refunded: true }, "the charge must be refunded");
    }

    [Theory]
    [InlineData("tok_timeout")]
    [InlineData("tok_flaky")]
    public async Task A_provider_that_answers_late_or_fails_at_first_charges_once_and_the_order_is_confirmed(string token)
    {
        var order = await system.Api.PlaceAndEndAsync(Api.Order("product-4", 2, token));

        Assert.Equal("confirmed", order.Status);
        Assert.Equal(new Booking(order.OrderId, order.Total, Captured: true, Refunded: false), system.Ledger.Payments()[order.OrderId]);
    }

    private sealed record StockProblem(string Code, List<ShortageView> Items);

    private sealed record ShortageView(string ProductId, int Wanted, int Available);

    private async Task<OrderView> CancelledWithEverythingAsBeforeAsync(object request)
    {
        var stock = await system.Api.ProductsAsync();

        var order = await system.Api.PlaceAndEndAsync(request);

        Assert.Equal("cancelled", order.Status);
        Assert.Equal(stock, await system.Api.ProductsAsync());
        Assert.Equal(0, system.Ledger.Payments().GetValueOrDefault(order.OrderId)?.Kept ?? 0);
        Assert.NotEqual("arranged", system.Ledger.Shipments().GetValueOrDefault(order.OrderId)?.Status);
        Assert.Equal(["order.created", "order.cancelled"], await system.Api.EventsAsync(order.OrderId));
        return order;
    }
}
