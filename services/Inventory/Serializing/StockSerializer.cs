using Dapr.Actors;
using Dapr.Actors.Client;
using Inventory.Stock;
using Microsoft.Extensions.Options;
using ServiceDefaults.Refusals;

namespace Inventory.Serializing;

/// <summary>
/// Serialises changes of stock per product: enters the actors of an order's products one inside the other, always in the same order, and
/// decides inside the last. So callers that want some of the same products never wait for each other in a circle, and all lines move in one
/// transaction.
/// </summary>
internal sealed class StockSerializer(StockStore stock, IActorProxyFactory actors, IOptions<ExpiryOptions> expiry)
{
    /// <summary>Without a product ahead all actors are entered, or there are none to enter: decides here.</summary>
    public async Task<Outcome<Reservation>> ChangeAsync(StockRequest request, CancellationToken cancellation) =>
        request.Ahead is [var next, ..]
            ? (
                await Actor(next)
                    .InvokeMethodAsync<StockRequest, Answer<Reservation>>(nameof(IProductStockActor.ChangeAsync), request, cancellation)
            ).ToOutcome()
            : await DecideAsync(request, cancellation);

    public async Task<Outcome<Product>> PutAsync(string productId, ProductDetails details, CancellationToken cancellation) =>
        (
            await Actor(productId)
                .InvokeMethodAsync<ProductDetails, Answer<Product>>(nameof(IProductStockActor.PutAsync), details, cancellation)
        ).ToOutcome();

    private Task<Outcome<Reservation>> DecideAsync(StockRequest request, CancellationToken cancellation) =>
        stock.ChangeAsync(
            request.OrderId,
            request.Lines,
            (before, products) => Rule(request, before, products),
            request.RequestId,
            cancellation,
            track: request.Act == StockOperation.Reserve && expiry.Value.Expires
        );

    private static Decision<StockChange> Rule(StockRequest request, Reservation? before, IReadOnlyDictionary<string, Product> products) =>
        request.Act switch
        {
            StockOperation.Reserve => StockRules.Reserve(request.OrderId, before, request.Lines, products),
            StockOperation.Release => StockRules.Release(request.OrderId, before, products),
            StockOperation.Expire => StockRules.Expire(before, products),
            StockOperation.Ship => StockRules.Ship(request.OrderId, before, products),
            _ => throw new ArgumentOutOfRangeException(nameof(request), request.Act, "an act without a rule"),
        };

    private ActorProxy Actor(string productId) => actors.Create(new ActorId(ActorName.Of(productId)), ProductStockNames.ActorType);
}
