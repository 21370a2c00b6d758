using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Ordering;

public sealed class OrderTotalTests
{
    [Fact]
    public void The_total_is_price_times_quantity_over_all_lines() =>
        Assert.Equal(2 * 500 + 3 * 199, OrderTotal.Of([new OrderLine("product-1", 2, 500), new OrderLine("product-2", 3, 199)]).Value);

    [Fact]
    public void The_total_of_no_lines_is_zero() => Assert.Equal(0, OrderTotal.Of([]).Value);

    [Fact]
    public void The_largest_total_that_fits_is_taken() =>
        Assert.Equal(long.MaxValue, OrderTotal.Of([new OrderLine("product-1", 1, long.MaxValue)]).Value);

    [Fact]
    public void A_line_too_large_to_count_is_refused() => AssertOverflow(new OrderLine("product-1", 2, long.MaxValue));

    [Fact]
    public void A_sum_too_large_to_count_is_refused() =>
        AssertOverflow(new OrderLine("product-1", 1, long.MaxValue), new OrderLine("product-2", 1, 1));

    private static void AssertOverflow(params OrderLine[] lines)
    {
        var refusal = OrderTotal.Of(lines).Refusal!;
        Assert.Equal((RefusalKind.Unprocessable, "total-overflow"), (refusal.Kind, refusal.Code));
    }
}
