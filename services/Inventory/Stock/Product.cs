using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Stock;

/// <summary>
/// Stored format. <paramref name="Price"/> counts minor units of <paramref name="Currency"/>. The sum <c>available + reserved + sold</c>
/// is always the total quantity ever stocked.
/// </summary>
public sealed record Product(string ProductId, string Name, long Price, string Currency, int Available, int Reserved, int Sold);

/// <summary>
/// The fields of a product that an operator can set. <paramref name="Stock"/>: the quantity that is available from now on.
/// </summary>
internal sealed record ProductDetails(string? Name, long? Price, int? Stock);

internal static class ProductRules
{
    public const string Currency = "EUR";
    public const long HighestPrice = 1_000_000_000;
    private const int MaxNameLength = 200;

    public const int MaxStock = 1_000_000_000;

    public static Outcome<Product> Put(string productId, Product? before, ProductDetails details)
    {
        var name = details.Name ?? before?.Name;
        var price = details.Price ?? before?.Price;
        return (productId, name, price, details.Stock) switch
        {
            _ when Identifier.Check(productId, "productId", "product-id-invalid") is { } invalid => invalid,
            _ when !VisibleText.IsValid(name, MaxNameLength) => Refusal.Invalid(
                "name-invalid",
                $"A product needs a name of 1 to {MaxNameLength} visible characters."
            ),
            (_, _, null or < 0 or > HighestPrice, _) => Refusal.Invalid(
                "price-invalid",
                $"price must be from 0 to {HighestPrice} minor units."
            ),
            _ when details.Stock is { } stock && (long)stock + (before?.Reserved ?? 0) > MaxStock => Refusal.Invalid(
                "stock-invalid",
                $"stock and what is reserved must be at most {MaxStock} together."
            ),
            (_, _, _, < 0 or > MaxStock) => Refusal.Invalid("stock-invalid", $"stock must be from 0 to {MaxStock}."),
            _ => (before ?? new Product(productId, name, price.Value, Currency, 0, 0, 0)) with
            {
                Name = name,
                Price = price.Value,
                Available = details.Stock ?? before?.Available ?? 0,
            },
        };
    }
}
