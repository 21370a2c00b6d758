using System.Text.Json;
using EndToEnd.Systems;

namespace EndToEnd.Orders;

/// <summary>Tests of many concurrent orders for the last units of a few products, with their lines in every sequence.</summary>
public sealed class OversellTests(OversellTests.WithFewUnits shared) : IClassFixture<OversellTests.WithFewUnits>
{
    private const int Units = 20;
    private const int Orders = 80;

    private static readonly string[] Products = ["last-a", "last-b", "last c ö"];
    private static readonly string[] Sagas = ["orchestration", "choreography"];

    private readonly OrderSystem system = shared.System;

    [Fact]
    public async Task Concurrent_orders_for_the_last_units_are_confirmed_up_to_the_stock_and_leave_no_reservations()
    {
        await RestockAsync();
        var stock = await system.Api.ProductsAsync();

        // A reservation without an order: it is made first and expires first.
        using var inventory = system.SidecarOf("orders");
        await inventory.InvokeAsync("inventory", "reservations/unknown-order", new { items = Lines(2) });
        var orderIds = await PlaceAsync("last", Orders);

        var released = await Wait.ForAsync("the reservation without an order expires", () =>
            Task.FromResult(Reservation("unknown-order") is { Status: "released" } found ? found : null)
        );
        Assert.StartsWith("expired", released.Reason, StringComparison.Ordinal);
        await Wait.UntilAsync("its release is published", () =>
            Task.FromResult(
                system
                    .Set.ValuesOf("inventory-store")
                    .Any(stored => stored.Contains("unknown-order:inventory.released", StringComparison.Ordinal))
            )
        );
        var ended = new List<OrderView>();
        foreach (var orderId in orderIds)
        {
            ended.Add(await system.Api.EndOfAsync(orderId));
        }
        var confirmed = ended.Count(order => order.Status == "confirmed");
        Assert.InRange(confirmed, Units - 1, Units); // one less if the unit without an order was still reserved at the last order
        Assert.Equal(ended.Count - confirmed, ended.Count(order => order.Status == "cancelled"));
        Assert.InRange(ended.Count, confirmed, Orders);
        await Invariants.HoldAsync(system, stock, orderIds);

        // Reservations of confirmed orders do not expire; after the last confirmation no reminder is left.
        await Wait.UntilAsync("every reservation has expired or belongs to a confirmed order", () =>
            Task.FromResult(system.Set.ValuesOf("inventory-actors", "inventory||actor-reminder||").Count == 0)
        );
        await Invariants.HoldAsync(system, stock, orderIds);
    }

    [Fact]
    public async Task Lines_of_an_order_are_reserved_together_even_if_inventory_is_killed_in_between()
    {
        await RestockAsync();
        var stock = await system.Api.ProductsAsync();

        var placing = PlaceAsync("moving", 40);
        await Wait.UntilAsync("the first orders have reserved their products", async () =>
            (await system.Api.ProductsAsync()).Any(product => product.Reserved > 0)
        );
        await system.KillAppAsync("inventory");

        await Invariants.HoldAsync(system, stock, await placing);
    }

    /// <summary>Restores the stock, which an earlier case may have changed.</summary>
    private async Task RestockAsync()
    {
        foreach (var product in Products)
        {
            await system.Api.PutProductAsync(
                Uri.EscapeDataString(product),
                new
                {
                    name = "One of the last",
                    price = 100,
                    stock = Units,
                }
            );
        }
    }

    /// <returns>The orders that were taken; those that found the goods gone were refused at once.</returns>
    private async Task<List<string>> PlaceAsync(string burst, int count) =>
        [
            .. (
                await Task.WhenAll(
                    Enumerable
                        .Range(0, count)
                        .Select(number =>
                            system.Api.PlaceIfInStockAsync(
                                new
                                {
                                    customerId = $"customer-{1 + (number % 2)}",
                                    items = Lines(number),
                                    paymentToken = "tok_ok",
                                    saga = Sagas[number % 2],
                                },
                                $"{burst}-{number}"
                            )
                        )
                )
            ).OfType<string>(),
        ];

    /// <summary>Returns a line for each product, starting with a different product each time.</summary>
    private static object[] Lines(int number) =>
        [
            .. Enumerable
                .Range(0, Products.Length)
                .Select(line => new { productId = Products[(number + line) % Products.Length], quantity = 1 }),
        ];

    private ReservationView? Reservation(string orderId) =>
        system
            .Set.ValuesOf("inventory-stock", "inventory-stock||reservation")
            .Select(value => JsonSerializer.Deserialize<ReservationView>(value, JsonSerializerOptions.Web)!)
            .FirstOrDefault(one => one.OrderId == orderId);

    /// <summary>A system in which an unconfirmed reservation expires after five seconds.</summary>
    public sealed class WithFewUnits : SharedSystem
    {
        private protected override SystemHosting Hosting => SystemHosting.TestProcessExcept("inventory");

        private protected override void Prepare(SystemFolder folder)
        {
            folder.LeaveOutViewers();
            folder.Replace(
                "dapr.yaml",
                "Saga__StuckAfter: \"00:00:15\"",
                "Saga__StuckAfter: \"00:01:30\"\n    Inventory__ExpireAfter: \"00:00:05\""
            ); // that many orders at once take their time
        }
    }

    private sealed record ReservationView(string OrderId, string Status, string? Reason);
}
