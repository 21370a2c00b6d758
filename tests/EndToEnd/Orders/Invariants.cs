using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Invariants that must hold after every fault.</summary>
internal static class Invariants
{
    /// <param name="initial">The stock before the first of the orders.</param>
    /// <param name="orderIds">All orders since then.</param>
    public static async Task HoldAsync(OrderSystem system, IReadOnlyList<ProductView> initial, IReadOnlyList<string> orderIds) =>
        Assert.Empty(Auditor.Audit(await ShopState.TakeAsync(system, initial, orderIds)));
}
