using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;

namespace EndToEnd.OnDaprd;

/// <summary>
/// Tests of the system with a sidecar process for each app, as <c>dapr run -f</c> starts it: the daprd that DAPRD_PATH names, or the
/// embedded sidecar in its place.
/// </summary>
public sealed class DaprdTests
{
    private static readonly string[] Sagas = ["orchestration", "choreography"];

    [SkippableFact]
    public async Task Orders_of_both_sagas_end_even_if_the_daprd_of_orders_is_killed_in_mid_saga()
    {
        await using var set = await StoreSet.StartAsync("redis");
        await using var system = await OrderSystem.StartAsync(
            set,
            folder => folder.LeaveOutViewers(),
            DaprInstallation.OfSuite ?? DaprInstallation.Embedded
        );
        // The first order after the start is the slowest; on a busy machine it takes longer than the gateway waits.
        await system.Api.EndOfAsync(await system.Api.PlaceStubbornlyAsync(Api.Order(), "first"));
        var stock = await system.Api.ProductsAsync();

        var ended = await Task.WhenAll(
            system.Api.PlaceAndEndAsync(Api.Order("product-2", 3)),
            system.Api.PlaceAndEndAsync(Api.Order("product-2", 3, saga: "choreography")),
            system.Api.PlaceAndEndAsync(Api.Order(customer: "customer-3"))
        );
        Assert.Equal(["confirmed", "confirmed", "cancelled"], ended.Select(order => order.Status));
        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment compensated", "arrange-shipment failed"],
            ended[2].States
        );

        var placing = Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(number => system.Api.PlaceStubbornlyAsync(Api.Order("product-3", saga: Sagas[number % 2]), $"burst-{number}"))
        );
        await Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductAsync("product-3")).Reserved > 0
        );
        await system.CrashDaprdAsync("orders");

        await Invariants.HoldAsync(system, stock, [.. ended.Select(order => order.OrderId), .. await placing]);
        await system.EndsWellAsync();
        Assert.Empty(system.Processes);
    }
}
