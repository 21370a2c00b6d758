using Orders.Placing;
using Orders.Services;
using ServiceDefaults.Refusals;

namespace Orders.Tests.Placing;

public sealed class StockCheckTests
{
    private static readonly Dictionary<string, PriceInfo> Catalogue = new()
    {
        ["cup"] = new PriceInfo("cup", 500, "EUR", 3),
        ["pot"] = new PriceInfo("pot", 900, "EUR", 0),
        ["tray"] = new PriceInfo("tray", 700, "EUR"),
    };

    [Fact]
    public void Available_products_and_products_of_unknown_stock_pass()
    {
        Assert.Null(StockCheck.Refuse([new RequestedItem("cup", 1), new RequestedItem("cup", 2)], Catalogue));
        Assert.Null(StockCheck.Refuse([new RequestedItem("tray", 10_000)], Catalogue));
    }

    [Fact]
    public void Lines_of_one_product_are_added_up_and_the_refusal_states_the_available_quantities()
    {
        var refusal = StockCheck.Refuse(
            [new RequestedItem("cup", 2), new RequestedItem("pot", 1), new RequestedItem("cup", 2)],
            Catalogue
        )!;

        Assert.Equal(
            (RefusalKind.Unprocessable, "out-of-stock", "4 of cup are wanted, 3 are left; 1 of pot are wanted, 0 are left."),
            (refusal.Kind, refusal.Code, refusal.Detail)
        );
        Assert.Equal([new Shortage("cup", 4, 3), new Shortage("pot", 1, 0)], Assert.IsType<List<Shortage>>(refusal.Members["items"]));
    }
}
