using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Faults;

/// <summary>Processes die under a burst of orders of every kind; each order must end, and the books must balance.</summary>
public sealed class KillTests
{
    private const int Burst = 60;

    private static readonly string[] Sagas = ["orchestration", "choreography"];
    private static readonly string[] Tokens = ["tok_ok", "tok_ok", "tok_declined", "tok_flaky"];

    [Fact]
    public async Task Orders_end_and_the_books_balance_after_one_app_after_the_other_is_killed_in_mid_saga()
    {
        await using var system = await OrderSystem.StartAsync();
        var stock = await system.Api.ProductsAsync();

        var placing = PlaceAsync(system, Burst);
        await InMidSagaAsync(system);
        foreach (var appId in new[] { "payments", "inventory", "orders" })
        {
            var before = system.Processes.Single(process => process.AppId == appId);
            await before.KillAsync();
            await Wait.UntilAsync($"{appId} is started again", () => system.Processes.Any(process => process.AppId == appId && process != before));
        }

        await Invariants.HoldAsync(system, stock, await placing);
        await system.EndsWellAsync();
    }

    [Fact]
    public async Task Orders_end_and_the_books_balance_after_the_sidecar_is_killed_in_mid_saga_and_started_again()
    {
        await using var system = await OrderSystem.StartAsync();
        var stock = await system.Api.ProductsAsync();

        var placing = PlaceAsync(system, Burst);
        await InMidSagaAsync(system);
        await system.KillSidecarAsync();
        var leftOver = system.Processes.Where(process => process.AppId.Length > 0).ToList();
        Assert.Equal(8, leftOver.Count(process => process.IsAlive));
        await system.StartAgainAsync();
        var orderIds = await placing;

        Assert.DoesNotContain(leftOver, process => process.IsAlive);
        Assert.Contains("left over from a run that was killed", system.Output, StringComparison.Ordinal);
        await Invariants.HoldAsync(system, stock, orderIds);
    }

    /// <summary>Under keys, so that an answer lost with a process can be asked for again.</summary>
    private static Task<string[]> PlaceAsync(OrderSystem system, int count)
        => Task.WhenAll(Enumerable.Range(0, count).Select(number => system.Api.PlaceStubbornlyAsync(
            Api.Order($"product-{1 + (number % 10)}", 1 + (number % 3), Tokens[number % Tokens.Length], $"customer-{1 + (number % 3)}", Sagas[number / 3 % 2]), $"burst-{number}")));

    /// <summary>Some goods are held by now, and most orders are still under way.</summary>
    private static Task InMidSagaAsync(OrderSystem system)
        => Wait.ForAsync("the first orders have reserved their goods", async () => (await system.Api.ProductsAsync()).Any(product => product.Reserved > 0) ? "yes" : null);
}
