using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>Tests that kill processes during a burst of orders of every kind. Each order must end, and the books must balance.</summary>
[Collection(OnProcessSystem.Name)]
public sealed class KillTests(ProcessSystem shared)
{
    private const int Burst = 40;

    private static readonly string[] Sagas = ["orchestration", "choreography"];
    private static readonly string[] Tokens = ["tok_ok", "tok_ok", "tok_declined", "tok_flaky"];

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Orders_end_and_the_books_balance_after_each_app_is_killed_in_mid_saga()
    {
        var stock = await system.Api.ProductsAsync();

        var placing = PlaceAsync("apps");
        await InMidSagaAsync(stock);
        foreach (var appId in new[] { "payments", "inventory", "orders" })
        {
            var before = system.Processes.Single(process => process.AppId == appId);
            await before.KillAsync();
            await Wait.UntilAsync($"{appId} is started again", () =>
                system.Processes.Any(process => process.AppId == appId && process != before)
            );
        }

        await Invariants.HoldAsync(system, stock, await placing);
    }

    [Fact]
    public async Task Orders_end_and_the_books_balance_after_the_sidecar_is_killed_in_mid_saga_and_restarted()
    {
        var stock = await system.Api.ProductsAsync();

        var placing = PlaceAsync("sidecar");
        await InMidSagaAsync(stock);
        await system.KillSidecarAsync();
        var leftOver = system.Processes.Where(process => process.AppId.Length > 0).ToList();
        Assert.Equal(ProcessSystem.Apps, leftOver.Count);
        await system.StartAgainAsync();
        var orderIds = await placing;

        Assert.DoesNotContain(leftOver, process => process.IsAlive);
        await Invariants.HoldAsync(system, stock, orderIds);
    }

    /// <summary>Places orders with idempotency keys, so the client can repeat a request whose answer was lost.</summary>
    private Task<string[]> PlaceAsync(string burst) =>
        Task.WhenAll(
            Enumerable
                .Range(0, Burst)
                .Select(number =>
                    system.Api.PlaceStubbornlyAsync(
                        Api.Order(
                            $"product-{1 + (number % 10)}",
                            1 + (number % 3),
                            Tokens[number % Tokens.Length],
                            $"customer-{1 + (number % 3)}",
                            Sagas[number / 3 % 2]
                        ),
                        $"{burst}-{number}"
                    )
                )
        );

    /// <summary>Waits until the first orders have reserved stock while most are still running.</summary>
    private Task InMidSagaAsync(IReadOnlyList<ProductView> before) =>
        Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductsAsync()).Sum(product => product.Reserved) > before.Sum(product => product.Reserved)
        );
}
