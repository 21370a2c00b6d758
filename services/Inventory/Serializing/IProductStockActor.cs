using Dapr.Actors;
using Inventory.Stock;

namespace Inventory.Serializing;

/// <summary>Serialises all changes of one product's stock. The actor's id is the product's (<see cref="ActorName"/>).</summary>
internal interface IProductStockActor : IActor
{
    Task<Answer<Reservation>> ChangeAsync(StockRequest request);

    Task<Answer<Product>> PutAsync(ProductDetails details);
}

/// <summary>Stored format: the names under which the actor and its reminder are known to the runtime.</summary>
internal static class ProductStockNames
{
    public const string ActorType = "ProductStock";

    public const string Reminder = "expire";
}
