using Orders.Services;
using ServiceDefaults.Refusals;

namespace Orders.Placing;

/// <summary>A product of which less is available than an order wants.</summary>
internal sealed record Shortage(string ProductId, int Wanted, int Available);

/// <summary>
/// Refuses an order whose products are out of stock, before a saga starts. Reserves nothing: the sagas of concurrent orders share
/// what is left.
/// </summary>
internal static class StockCheck
{
    /// <summary>Null if each product was available in the quantity that all lines want together.</summary>
    public static Refusal? Refuse(IReadOnlyList<RequestedItem?> items, IReadOnlyDictionary<string, PriceInfo> catalogue)
    {
        var missing = items
            .GroupBy(item => item!.ProductId!, StringComparer.Ordinal)
            .Select(lines => new Shortage(lines.Key, lines.Sum(line => line!.Quantity), catalogue[lines.Key].Available ?? int.MaxValue))
            .Where(product => product.Wanted > product.Available)
            .ToList();
        return missing.Count == 0
            ? null
            : Refusal.Unprocessable(
                "out-of-stock",
                $"{string.Join("; ", missing.Select(one => $"{one.Wanted} of {one.ProductId} are wanted, {one.Available} are left"))}."
            ) with
            {
                Members = new Dictionary<string, object?> { ["items"] = missing },
            };
    }
}
