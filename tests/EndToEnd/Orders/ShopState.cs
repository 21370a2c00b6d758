using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>An order that has ended, and the types of its events in their order.</summary>
internal sealed record AuditedOrder(OrderView Order, IReadOnlyList<string> Events);

/// <summary>Snapshot of a shop after all of its orders have ended: API answers and stored records.</summary>
/// <param name="Before">The stock before the first of <paramref name="Orders"/>.</param>
/// <param name="Orders">The orders that were accepted since then.</param>
/// <param name="Earlier">Orders accepted before; they count for payments and shipments only.</param>
internal sealed record ShopState(
    IReadOnlyList<ProductView> Before,
    IReadOnlyList<ProductView> After,
    IReadOnlyList<AuditedOrder> Orders,
    IReadOnlyList<OrderView> Earlier,
    IReadOnlyCollection<Booking> Payments,
    IReadOnlyCollection<ShipmentBooking> Shipments,
    IReadOnlyList<string> Listed
)
{
    /// <summary>Waits until each order has ended and the lists contain all orders.</summary>
    public static async Task<ShopState> TakeAsync(OrderSystem system, IReadOnlyList<ProductView> before, IReadOnlyList<string> orderIds)
    {
        var orders = new List<AuditedOrder>();
        foreach (var orderId in orderIds)
        {
            orders.Add(new AuditedOrder(await system.Api.EndOfAsync(orderId), await system.Api.EventsAsync(orderId)));
        }
        List<string> listed = [];
        await Wait.UntilAsync("every order is listed", async () =>
            !orderIds.Except(listed = await system.Api.ListAllAsync("limit=100")).Any()
        );
        var earlier = new List<OrderView>();
        foreach (var orderId in listed.Except(orderIds))
        {
            earlier.Add(await system.Api.EndOfAsync(orderId));
        }
        return new ShopState(
            before,
            await system.Api.ProductsAsync(),
            orders,
            earlier,
            [.. system.Ledger.Payments().Values],
            [.. system.Ledger.Shipments().Values],
            listed
        );
    }
}
