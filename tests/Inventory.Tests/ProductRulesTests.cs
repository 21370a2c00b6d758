using Inventory.Stock;
using ServiceDefaults.Refusals;

namespace Inventory.Tests;

public sealed class ProductRulesTests
{
    private static readonly Product Tea = new("tea", "Tea", 500, "EUR", 10, 3, 4);

    [Fact]
    public void A_new_product_needs_a_name_and_a_price_and_starts_without_stock() =>
        Assert.Equal(
            new Product("tea", "Tea", 500, "EUR", 0, 0, 0),
            ProductRules.Put("tea", null, new ProductDetails("Tea", 500, null)).Value
        );

    [Fact]
    public void Fields_that_a_change_leaves_out_keep_their_values() =>
        Assert.Equal(Tea, ProductRules.Put("tea", Tea, new ProductDetails(null, null, null)).Value);

    [Fact]
    public void Setting_the_stock_changes_the_available_quantity_alone() =>
        Assert.Equal(Tea with { Available = 50 }, ProductRules.Put("tea", Tea, new ProductDetails(null, null, 50)).Value);

    [Fact]
    public void A_new_price_and_name_are_taken() =>
        Assert.Equal(
            Tea with
            {
                Name = "Green tea",
                Price = 0,
            },
            ProductRules.Put("tea", Tea, new ProductDetails("Green tea", 0, null)).Value
        );

    [Theory]
    [InlineData("", "Tea", 500L, 1, "product-id-invalid")]
    [InlineData("tea", null, 500L, 1, "name-invalid")]
    [InlineData("tea", "", 500L, 1, "name-invalid")]
    [InlineData("tea", "Tea", null, 1, "price-invalid")]
    [InlineData("tea", "Tea", -1L, 1, "price-invalid")]
    [InlineData("tea", "Tea", 1_000_000_001L, 1, "price-invalid")]
    [InlineData("tea", "Tea", 500L, -1, "stock-invalid")]
    [InlineData("tea", "Tea", 500L, 1_000_000_001, "stock-invalid")]
    public void Bad_details_are_refused_by_name(string productId, string? name, long? price, int? stock, string code)
    {
        var refusal = ProductRules.Put(productId, null, new ProductDetails(name, price, stock)).Refusal!;
        Assert.Equal((RefusalKind.Invalid, code), (refusal.Kind, refusal.Code));
    }

    [Fact]
    public void Names_and_ids_have_a_longest_length()
    {
        Assert.Equal("product-id-invalid", ProductRules.Put(new string('p', 101), null, new ProductDetails("Tea", 500, 1)).Refusal!.Code);
        Assert.Equal("name-invalid", ProductRules.Put("tea", null, new ProductDetails(new string('n', 201), 500, 1)).Refusal!.Code);
    }
}
