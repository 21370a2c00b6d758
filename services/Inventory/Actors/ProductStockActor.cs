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
    private const string NextPage = "next-page";

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

    public Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) => SettleAsync();

    /// <summary>
    /// Settles a page of overdue reservations. The next page has a turn of its own, behind the orders that wait: a timer asks for it. If
    /// that is lost, the next tick of the reminder does.
    /// </summary>
    public async Task SettleAsync()
    {
        var found = await expired.SettlePageAsync(ProductId, CancellationToken.None);
        watching = found != Overdue.NoneOpen;
        if (!watching)
        {
            await UnregisterReminderAsync(ProductStockNames.Reminder);
        }
        if (found == Overdue.Settled)
        {
            await RegisterTimerAsync(NextPage, nameof(SettleAsync), [], TimeSpan.Zero, Timeout.InfiniteTimeSpan);
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
