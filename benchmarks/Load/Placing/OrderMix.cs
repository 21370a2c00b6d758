namespace Load.Placing;

/// <summary>
/// Which order is the n-th: the same in every run, so that runs compare. Products take turns; every third order has a second line.
/// </summary>
internal sealed class OrderMix(LoadPlan plan)
{
    public object Order(int number)
    {
        var first = number % plan.Products;
        var second = (first + 1 + (number / plan.Products % Math.Max(1, plan.Products - 1))) % plan.Products;
        object[] items = number % 3 == 0 && second != first ? [Line(first, number), Line(second, number + 1)] : [Line(first, number)];
        return new
        {
            customerId = plan.Customer,
            items,
            paymentToken = "tok_ok",
            saga = plan.Saga,
        };
    }

    private static object Line(int product, int number) => new { productId = $"product-{product + 1}", quantity = 1 + (number % 3) };
}
