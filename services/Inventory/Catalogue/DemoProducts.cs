using Inventory.Stock;
using ServiceDefaults.Startup;

namespace Inventory.Catalogue;

/// <summary>
/// Creates twelve demo products: ten with plenty of stock, product-11 with none, product-12 with fifty. Existing products are unchanged.
/// </summary>
internal sealed class DemoProducts(ProductStore store) : IStartupTask
{
    private static readonly string[] Names =
    [
        "Teapot",
        "Tea bowl",
        "Whisk",
        "Tea caddy",
        "Kettle",
        "Tray",
        "Scoop",
        "Filter",
        "Lantern",
        "Cushion",
        "Folding screen",
        "Calligraphy set",
    ];

    public async Task RunAsync(CancellationToken cancellation)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            var number = i + 1;
            var stock = number switch
            {
                11 => 0,
                12 => 50,
                _ => 100_000,
            };
            await store.AddAsync(
                new Product($"product-{number}", Names[i], 500 + (350 * i), ProductRules.Currency, stock, 0, 0),
                cancellation
            );
        }
    }
}
