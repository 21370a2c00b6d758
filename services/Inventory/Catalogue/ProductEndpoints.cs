using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.AspNetCore.Http.HttpResults;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Catalogue;

internal static class ProductEndpoints
{
    private const int MaxProductIds = 200;

    public static void MapProducts(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/products");
        products.MapGet("/", ListAsync).Admit(CallerKinds.Everybody);
        products.MapGet("/{productId}", FindAsync).Admit(CallerKinds.Everybody);
        products.MapPut("/{productId}", PutAsync).Admit(CallerKinds.Operators);
        products.MapPost("/prices", PricesAsync).AdmitApps("orders");
    }

    private static async Task<Ok<ProductList>> ListAsync(ProductStore store, CancellationToken cancellation) =>
        TypedResults.Ok(new ProductList(await store.ListAsync(cancellation)));

    private static async Task<Results<Ok<Product>, ProblemHttpResult>> FindAsync(
        string productId,
        ProductStore store,
        CancellationToken cancellation
    ) =>
        (await store.FindAsync([productId], cancellation)).GetValueOrDefault(productId) is { } found
            ? TypedResults.Ok(found)
            : Missing(productId);

    private static async Task<Results<Ok<Product>, ProblemHttpResult>> PutAsync(
        string productId,
        ProductDetails details,
        StockSerializer serializer,
        CancellationToken cancellation
    ) => (await serializer.PutAsync(productId, details, cancellation)).ToResult(TypedResults.Ok);

    /// <summary>Returns prices and available quantities, for an order that is being placed. Ids that are not there are left out.</summary>
    private static async Task<Results<Ok<PriceList>, ProblemHttpResult>> PricesAsync(
        PriceQuery query,
        ProductStore store,
        CancellationToken cancellation
    )
    {
        if (query.ProductIds is not { Count: > 0 and <= MaxProductIds } ids || !ids.All(Identifier.IsValid))
        {
            return Refusal.Invalid("product-ids-invalid", $"productIds must name 1 to {MaxProductIds} products.").ToProblem();
        }
        var found = await store.FindAsync(ids.Distinct(StringComparer.Ordinal).ToList(), cancellation);
        return TypedResults.Ok(
            new PriceList([
                .. found.Values.Select(product => new ProductPrice(
                    product.ProductId,
                    product.Name,
                    product.Price,
                    product.Currency,
                    product.Available
                )),
            ])
        );
    }

    private static ProblemHttpResult Missing(string productId) =>
        Refusal.NotFound("product-not-found", $"There is no product '{productId}'.").ToProblem();

    private sealed record ProductList(IReadOnlyList<Product> Items);

    private sealed record PriceList(IReadOnlyList<ProductPrice> Items);

    private sealed record ProductPrice(string ProductId, string Name, long Price, string Currency, int Available);

    private sealed record PriceQuery(IReadOnlyList<string>? ProductIds);
}
