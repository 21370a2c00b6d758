using Dapr.Client;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Inventory.Stock;

/// <summary>The products of the catalogue, and an index of their ids, because a store need not be able to list its keys.</summary>
internal sealed class ProductStore(DaprClient dapr, UnreadableRecords unreadable)
{
    private const string IndexKey = "products";

    private readonly RecordStore records = new(dapr, StockStore.Store);

    public static string KeyOf(string productId) => $"product-{productId}";

    /// <summary>
    /// The products that exist and can be read, by id. A failure because of one would count against the circuit breaker of all orders: the
    /// prices of every order are read under one path.
    /// </summary>
    public async Task<IReadOnlyDictionary<string, Product>> FindAsync(IReadOnlyList<string> productIds, CancellationToken cancellation) =>
        (await records.FindManyAsync([.. productIds.Select(KeyOf)], cancellation))
            .Select(record => unreadable.Read<Product>(record.Key, record.Value))
            .OfType<Product>()
            .ToDictionary(product => product.ProductId, StringComparer.Ordinal);

    /// <summary>All products that can be read, product-2 before product-10.</summary>
    public async Task<IReadOnlyList<Product>> ListAsync(CancellationToken cancellation) =>
        await records.FindAsync<List<string>>(IndexKey, cancellation) is { Value: var ids }
            ?
            [
                .. (await records.FindManyAsync([.. ids.Select(KeyOf)], cancellation))
                    .Select(record => unreadable.Read<Product>(record.Key, record.Value))
                    .OfType<Product>()
                    .OrderBy(product => product.ProductId.Length)
                    .ThenBy(product => product.ProductId, StringComparer.Ordinal),
            ]
            : [];

    /// <summary>Adds a product; one that exists stays as it is.</summary>
    public async Task AddAsync(Product product, CancellationToken cancellation)
    {
        await IndexAsync(product.ProductId, cancellation);
        if (await records.FindAsync<Product>(KeyOf(product.ProductId), cancellation) is null)
        {
            await records.CreateAsync(KeyOf(product.ProductId), product, cancellation);
        }
    }

    public async Task<Outcome<Product>> PutAsync(string productId, ProductDetails details, CancellationToken cancellation)
    {
        while (true)
        {
            var before = await records.FindAsync<Product>(KeyOf(productId), cancellation);
            var put = ProductRules.Put(productId, before?.Value, details);
            if (put.Value is not { } product)
            {
                return put;
            }
            await IndexAsync(productId, cancellation);
            if (await records.WriteAsync(KeyOf(productId), product, before?.ETag, cancellation) == WriteResult.Written)
            {
                return put;
            }
        }
    }

    private async Task IndexAsync(string productId, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await records.FindAsync<List<string>>(IndexKey, cancellation);
            if (
                read?.Value.Contains(productId) == true
                || await records.WriteAsync<List<string>>(IndexKey, [.. read?.Value ?? [], productId], read?.ETag, cancellation)
                    == WriteResult.Written
            )
            {
                return;
            }
        }
    }
}
