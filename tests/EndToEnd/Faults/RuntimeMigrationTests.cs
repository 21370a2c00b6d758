using EndToEnd.Orders;
using EndToEnd.Sets;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>
/// Tests of a move between runtimes. Each runtime keeps its own workflows and reminders; the stores' open orders continue without them.
/// </summary>
public sealed class RuntimeMigrationTests
{
    private static readonly string[] Sagas = ["orchestration", "choreography"];

    [EmbeddedRunFact]
    public async Task Orders_continue_after_their_workflows_and_reminders_are_lost()
    {
        var set = new EmbeddedSet();
        await using var system = await OrderSystem.StartAsync(
            set,
            folder =>
            {
                Impatient(folder);
                folder.LeaveOutViewers();
            },
            DaprInstallation.EmbeddedRun
        );
        var stock = await system.Api.ProductsAsync();
        var waiting = await WaitForApprovalAsync(system);
        var placing = Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(number => system.Api.PlaceStubbornlyAsync(Api.Order("product-3", saga: Sagas[number % 2]), $"lost-{number}"))
        );
        await Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductAsync("product-3")).Reserved > 0
        );

        await system.EndsWellAsync();
        set.Forget("orders-workflow", "inventory-actors");
        await system.StartAgainAsync();

        var orders = await placing;
        await ApproveAsync(system, waiting);
        await Invariants.HoldAsync(system, stock, [.. orders, .. waiting]);
    }

    [SkippableTheory]
    [InlineData("redis")]
    [InlineData("postgres-rabbitmq")]
    public async Task An_installation_with_orders_in_every_state_moves_to_daprd_and_back(string name)
    {
        Skip.If(DaprInstallation.OfSuite is null, "is about a real daprd, and DAPRD_PATH names none");
        await using var set = await StoreSet.StartAsync(name);
        await using var system = await OrderSystem.StartAsync(set, Impatient, DaprInstallation.EmbeddedRun, SystemHosting.OneProcess);
        var stock = await system.Api.ProductsAsync();
        var all = new List<string>();
        foreach (var next in (DaprInstallation[])[DaprInstallation.OfSuite!, DaprInstallation.EmbeddedRun])
        {
            foreach (var saga in Sagas)
            {
                all.Add((await system.Api.PlaceAndEndAsync(Api.Order("product-3", saga: saga))).OrderId);
                all.Add((await system.Api.PlaceAndEndAsync(Api.Order(token: "tok_declined", saga: saga))).OrderId);
            }
            var waiting = await WaitForApprovalAsync(system);
            var underWay = await Task.WhenAll(
                Enumerable.Range(0, 6).Select(number => system.Api.PlaceAsync(Api.Order("product-3", saga: Sagas[number % 2])))
            );

            // Another runtime does not publish events that are still in daprd's outbox.
            await Wait.UntilAsync("the running orders are listed", async () => !underWay.Except(await system.Api.ListAllAsync("")).Any());
            await system.MoveToAsync(next);

            await ApproveAsync(system, waiting);
            all.AddRange([.. underWay, .. waiting]);
            await Invariants.HoldAsync(system, stock, all);
        }
    }

    private static void Impatient(SystemFolder folder)
    {
        folder.Replace(
            "dapr.yaml",
            "    ASPNETCORE_ENVIRONMENT: Development",
            "    ASPNETCORE_ENVIRONMENT: Development\n    Repair__Every: \"00:00:01\"\n    Repair__Patience: \"00:00:03\"\n  "
                + "  Repair__AbandonedAfter: \"00:00:10\""
        );
        folder.Replace("dapr.yaml", "Saga__ApprovalLimit: \"500000000\"", "Saga__ApprovalLimit: \"10000\"");
    }

    /// <summary>Places an order above the approval limit with each saga, and waits until both need approval.</summary>
    private static async Task<string[]> WaitForApprovalAsync(OrderSystem system)
    {
        var orders = await Task.WhenAll(Sagas.Select(saga => system.Api.PlaceAsync(Api.Order("product-10", 10, saga: saga))));
        foreach (var order in orders)
        {
            await Wait.ForAsync("the order waits for approval", async () => (await system.Api.OrderAsync(order)).Approval);
        }
        return orders;
    }

    private static async Task ApproveAsync(OrderSystem system, string[] waiting)
    {
        foreach (var order in waiting)
        {
            await system.Api.DoAsync($"/api/operations/approvals/{order}", new { decision = "approve" });
            await system.Api.WhenAsync(order, "confirmed");
        }
    }
}
