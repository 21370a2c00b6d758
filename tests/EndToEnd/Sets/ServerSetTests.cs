using System.Diagnostics;
using EndToEnd.Orders;
using EndToEnd.Systems;

namespace EndToEnd.Sets;

public sealed class RedisSetTests() : ServerSetTests("redis");

public sealed class PostgresRabbitSetTests() : ServerSetTests("postgres-rabbitmq");

/// <summary>Tests of the same services on other stores and brokers: only components/&lt;set&gt; differs.</summary>
public abstract class ServerSetTests(string name)
{
    /// <summary>
    /// Limit for forty sagas to recover. An idle machine needs at most ten seconds; here other tests use the same cores. A longer recovery
    /// means that a saga waits for an event that never arrives.
    /// </summary>
    private static readonly TimeSpan Recovery = TimeSpan.FromSeconds(60);
    private static readonly string[] Tokens = ["tok_ok", "tok_ok", "tok_declined", "tok_flaky"];

    [SkippableFact]
    public async Task Orders_end_as_on_the_embedded_set_even_if_the_sidecar_is_killed_or_the_servers_crash_in_mid_saga()
    {
        await using var set = await StoreSet.StartAsync(name);
        await using var system = await OrderSystem.StartAsync(
            set,
            folder => folder.UseProductionPauses(),
            hosting: SystemHosting.OneProcess
        );
        var stock = await system.Api.ProductsAsync();

        var confirmed = await system.Api.PlaceAndEndAsync(Api.Order("product-2", 3));
        Assert.Equal(["create-order done", "reserve-inventory done", "process-payment done", "arrange-shipment done"], confirmed.States);
        var refused = await system.Api.PlaceAndEndAsync(Api.Order(customer: "customer-3"));
        Assert.Equal(
            ["create-order compensated", "reserve-inventory compensated", "process-payment compensated", "arrange-shipment failed"],
            refused.States
        );

        var first = await PlaceUntilAsync(system, "kill", system.KillSidecarAsync);
        await system.StartAgainAsync(SystemHosting.TestProcess);
        var firstOrders = await first;
        await Invariants.HoldAsync(system, stock, [confirmed.OrderId, refused.OrderId, .. firstOrders]);

        var second = await PlaceUntilAsync(system, "crash", set.RestartServersAsync);
        var back = Stopwatch.GetTimestamp();
        var afterwards = await system.Api.PlaceStubbornlyAsync(Api.Order("product-9"), "afterwards");
        Assert.Equal("confirmed", (await system.Api.EndOfAsync(afterwards)).Status);
        Assert.True(Stopwatch.GetElapsedTime(back) < Recovery, $"the first order after the return took {Stopwatch.GetElapsedTime(back)}");
        await Invariants.HoldAsync(system, stock, [confirmed.OrderId, refused.OrderId, afterwards, .. firstOrders, .. await second]);
        await system.EndsWellAsync();
    }

    /// <summary>
    /// Places forty orders and causes <paramref name="fault"/> meanwhile. The orders have idempotency keys, so the client can repeat a
    /// request whose answer was lost.
    /// </summary>
    private static async Task<Task<string[]>> PlaceUntilAsync(OrderSystem system, string burst, Func<Task> fault)
    {
        var held = (await system.Api.ProductsAsync()).Sum(product => product.Reserved);
        var placing = Task.WhenAll(
            Enumerable
                .Range(0, 40)
                .Select(number =>
                    system.Api.PlaceStubbornlyAsync(
                        Api.Order(
                            $"product-{1 + (number % 10)}",
                            1 + (number % 3),
                            Tokens[number % Tokens.Length],
                            $"customer-{1 + (number % 3)}"
                        ),
                        $"{burst}-{number}"
                    )
                )
        );
        await Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductsAsync()).Sum(product => product.Reserved) > held + 3
        );
        await fault();
        return placing;
    }
}
