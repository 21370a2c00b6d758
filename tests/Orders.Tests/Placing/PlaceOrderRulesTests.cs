using Orders.Placing;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Placing;

public sealed class PlaceOrderRulesTests
{
    private static readonly PlaceOrder Good = new("customer-1", [new RequestedItem("product-1", 1)], "tok_ok", null);

    [Theory]
    [InlineData(null)]
    [InlineData("orchestration")]
    public void A_good_request_passes(string? saga) => Assert.Null(PlaceOrderRules.Check(Good with { Saga = saga }));

    [Fact]
    public void The_largest_request_allowed_passes() =>
        Assert.Null(
            PlaceOrderRules.Check(
                Good with
                {
                    Items = [.. Enumerable.Range(1, 100).Select(i => new RequestedItem($"product-{i}", 10_000))],
                }
            )
        );

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    public void An_order_without_a_customer_is_refused(string? customerId) =>
        AssertRefused("customer-id-invalid", Good with { CustomerId = customerId });

    [Fact]
    public void A_customer_id_beyond_measure_is_refused() =>
        AssertRefused("customer-id-invalid", Good with { CustomerId = new string('c', 201) });

    [Fact]
    public void Something_must_be_ordered()
    {
        AssertRefused("items-empty", Good with { Items = null });
        AssertRefused("items-empty", Good with { Items = [] });
    }

    [Fact]
    public void More_lines_than_an_order_may_have_are_refused() =>
        AssertRefused(
            "too-many-items",
            Good with
            {
                Items = [.. Enumerable.Range(1, 101).Select(i => new RequestedItem($"product-{i}", 1))],
            }
        );

    [Fact]
    public void Every_line_must_name_a_product()
    {
        AssertRefused("product-id-invalid", With(null));
        AssertRefused("product-id-invalid", With(new RequestedItem(null, 1)));
        AssertRefused("product-id-invalid", With(new RequestedItem("", 1)));
        AssertRefused("product-id-invalid", With(new RequestedItem(new string('p', 201), 1)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_001)]
    [InlineData(int.MinValue)]
    public void A_quantity_out_of_bounds_is_refused(int quantity) =>
        AssertRefused("quantity-invalid", With(new RequestedItem("product-1", quantity)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" ")]
    public void An_order_without_a_payment_token_is_refused(string? token) =>
        AssertRefused("payment-token-invalid", Good with { PaymentToken = token });

    [Fact]
    public void A_payment_token_beyond_measure_is_refused() =>
        AssertRefused("payment-token-invalid", Good with { PaymentToken = new string('t', 201) });

    [Theory]
    [InlineData("")]
    [InlineData("two-phase-commit")]
    public void An_unknown_kind_of_saga_is_refused(string saga) => AssertRefused("saga-unknown", Good with { Saga = saga });

    [Fact]
    public void The_refusal_names_the_line_that_is_wrong() =>
        Assert.Contains(
            "items[1].quantity",
            PlaceOrderRules.Check(With(new RequestedItem("product-2", 0)))!.Detail,
            StringComparison.Ordinal
        );

    private static PlaceOrder With(RequestedItem? second) => Good with { Items = [new RequestedItem("product-1", 1), second] };

    private static void AssertRefused(string code, PlaceOrder request)
    {
        var refusal = PlaceOrderRules.Check(request)!;
        Assert.Equal((RefusalKind.Invalid, code), (refusal.Kind, refusal.Code));
    }
}
