using Dapr;
using Dapr.Client;
using Inventory.Catalogue;
using Inventory.Stock;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using ServiceDefaults.State;
using ServiceFakes;

namespace Inventory.Tests;

/// <summary>One product that a later or a broken version has written stops no other.</summary>
public sealed class ProductStoreTests
{
    private readonly MemoryState state = new MemoryState().Knows<Product>().Knows<List<string>>();
    private readonly UnreadableRecords unreadable = new(NullLogger<UnreadableRecords>.Instance);
    private readonly ProductStore products;

    public ProductStoreTests()
    {
        products = new ProductStore(state.Client, unreadable);
        state.Put(StockStore.Store, ProductStore.KeyOf("product-1"), """{"productId":"product-1","price":"free"}""");
    }

    [Fact]
    public async Task A_product_that_can_not_be_read_is_left_out_of_those_found()
    {
        await products.AddAsync(new Product("tea", "Tea", 500, "EUR", 10, 0, 0), default);

        Assert.Equal("tea", Assert.Single(await products.FindAsync(["product-1", "tea"], default)).Key);
    }

    [Fact]
    public async Task A_product_that_can_not_be_read_does_not_stop_the_start()
    {
        await new DemoProducts(products, unreadable).RunAsync(default);

        Assert.Equal(11, (await products.ListAsync(default)).Count);
    }

    [Fact]
    public async Task A_store_that_is_away_stops_the_start()
    {
        Mock.Get(state.Client)
            .Setup(client =>
                client.GetStateAndETagAsync<List<string>>(
                    StockStore.Store,
                    "products",
                    It.IsAny<ConsistencyMode?>(),
                    It.IsAny<IReadOnlyDictionary<string, string>>(),
                    It.IsAny<CancellationToken>()
                )
            )
            .ThrowsAsync(new DaprException("the store is away"));

        await Assert.ThrowsAsync<DaprException>(() => new DemoProducts(products, unreadable).RunAsync(default));
    }
}
