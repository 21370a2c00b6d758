using Inventory.Stock;
using ServiceDefaults.Startup;
using ServiceDefaults.State;

namespace Inventory.Catalogue;

/// <summary>
/// Creates twelve demo products: ten with plenty of stock, product-11 with none, product-12 with fifty. Existing products are unchanged. A
/// record that can't be read is passed over: the service is ready without it, and sells the other products.
/// </summary>
internal sealed class DemoProducts(ProductStore store, UnreadableRecords unreadable) : IStartupTask
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
            await AddAsync(new Product($"product-{number}", Names[i], 500 + (350 * i), ProductRules.Currency, stock, 0, 0), cancellation);
        }
    }

    private async Task AddAsync(Product product, CancellationToken cancellation)
    {
        try
        {
            await store.AddAsync(product, cancellation);
        }
        catch (Exception e) when (UnreadableRecords.AreCauseOf(e))
        {
            unreadable.Report(ProductStore.KeyOf(product.ProductId), e);
        }
    }
}
