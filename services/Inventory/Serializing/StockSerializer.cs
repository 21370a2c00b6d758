using Dapr.Actors;
using Dapr.Actors.Client;
using Inventory.Stock;
using Microsoft.Extensions.Options;
using ServiceDefaults.Refusals;

namespace Inventory.Serializing;

/// <summary>
/// Takes the serializer of an order's products one inside the other, always in the same order, and decides once it has them all: so
/// nobody who wants some of the same products ever waits in a circle, and all lines move in one transaction.
/// </summary>
internal sealed class StockSerializer(StockStore stock, IActorProxyFactory actors, IOptions<ExpiryOptions> expiry)
{
    /// <summary>Without a product ahead nobody is waited for: all serializer are taken, or there are none to take.</summary>
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
