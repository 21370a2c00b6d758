using Dapr.Actors.Runtime;
using Inventory.Expiry;
using Inventory.Serializing;
using Inventory.Stock;
using Microsoft.Extensions.Options;

namespace Inventory.Actors;

/// <summary>
/// Serialises the changes of one product's stock across all instances of this service. The state is the product's record, which the
/// catalogue reads without the actor. The record's ETag protects it if two activations exist.
/// </summary>
[Actor(TypeName = ProductStockNames.ActorType)]
internal sealed class ProductStockActor(
    ActorHost host,
    StockSerializer serializer,
    ProductStore products,
    ExpiredReservations expired,
    IOptions<ExpiryOptions> expiry
) : Actor(host), IProductStockActor, IRemindable
{
    private bool watching;

    private string ProductId => ActorName.ProductOf(Id.GetId());

    public async Task<Answer<Reservation>> ChangeAsync(StockRequest request)
    {
        if (request.Act == StockOperation.Reserve && request.IsFirst(ProductId))
        {
            await WatchAsync();
        }
        return Answer<Reservation>.Of(
            await serializer.ChangeAsync(request with { Ahead = [.. request.Ahead.Skip(1)] }, CancellationToken.None)
        );
    }

    public async Task<Answer<Product>> PutAsync(ProductDetails details) =>
        Answer<Product>.Of(await products.PutAsync(ProductId, details, CancellationToken.None));

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        watching = await expired.ReleaseAsync(ProductId, CancellationToken.None);
        if (!watching)
        {
            await UnregisterReminderAsync(reminderName);
        }
    }

    /// <summary>Registers the reminder before goods are reserved, so that no reservation is without one.</summary>
    private async Task WatchAsync()
    {
        if (!watching && expiry.Value.Expires)
        {
            await RegisterReminderAsync(ProductStockNames.Reminder, [], expiry.Value.Period, expiry.Value.Period);
            watching = true;
        }
    }
}
