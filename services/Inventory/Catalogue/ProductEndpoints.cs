using Inventory.Serializing;
using Inventory.Stock;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Catalogue;

internal static class ProductEndpoints
{
    private const int MostAsked = 200;

    public static void MapProducts(this IEndpointRouteBuilder routes)
    {
        var products = routes.MapGroup("/products");
        products.MapGet("/", ListAsync).Admit(CallerKinds.Everybody);
        products.MapGet("/{productId}", FindAsync).Admit(CallerKinds.Everybody);
        products.MapPut("/{productId}", PutAsync).Admit(CallerKinds.Operators);
        products.MapPost("/prices", PricesAsync).AdmitApps("orders");
    }

    private static async Task<IResult> ListAsync(ProductStore store, CancellationToken cancellation) =>
        TypedResults.Ok(new { items = await store.ListAsync(cancellation) });

    private static async Task<IResult> FindAsync(string productId, ProductStore store, CancellationToken cancellation) =>
        (await store.FindAsync([productId], cancellation)).GetValueOrDefault(productId) is { } found
            ? TypedResults.Ok(found)
            : Missing(productId);

    private static async Task<IResult> PutAsync(
        string productId,
        ProductDetails details,
        StockSerializer serializer,
        CancellationToken cancellation
    ) => (await serializer.PutAsync(productId, details, cancellation)).ToResult(TypedResults.Ok);

    /// <summary>What an order needs to know before it is taken: the catalogue's prices, and what is available now. Ids that are not there
    /// are left out.</summary>
    private static async Task<IResult> PricesAsync(PriceQuery query, ProductStore store, CancellationToken cancellation)
    {
        if (query.ProductIds is not { Count: > 0 and <= MostAsked } ids || !ids.All(Identifier.IsValid))
        {
            return Refusal.Invalid("product-ids-invalid", $"productIds must name 1 to {MostAsked} products.").ToProblem();
        }
        var found = await store.FindAsync(ids.Distinct(StringComparer.Ordinal).ToList(), cancellation);
        return TypedResults.Ok(
            new
            {
                items = found.Values.Select(product => new
                {
                    product.ProductId,
                    product.Name,
                    product.Price,
                    product.Currency,
                    product.Available,
                }),
            }
        );
    }

    private static IResult Missing(string productId) =>
        Refusal.NotFound("product-not-found", $"There is no product '{productId}'.").ToProblem();

    private sealed record PriceQuery(IReadOnlyList<string>? ProductIds);
}
