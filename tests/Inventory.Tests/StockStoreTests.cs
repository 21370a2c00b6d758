using Inventory.Stock;
using Microsoft.Extensions.Logging.Abstractions;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;
using ServiceFakes;

namespace Inventory.Tests;

/// <summary>
/// Changes of a reservation whose product has lost its record. They run within the turns of the order's products: one that does not end
/// stops all orders of these products.
/// </summary>
public sealed class StockStoreTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly MemoryState state = new MemoryState().Knows<Reservation>();
    private readonly StockStore stock;

    public StockStoreTests()
    {
        stock = new StockStore(state.Client, new UnreadableRecords(NullLogger<UnreadableRecords>.Instance), TimeProvider.System);
        state.Put(
            StockStore.Store,
            "reservation-o1",
            """{"orderId":"o1","status":"reserved","lines":[{"productId":"zest","quantity":1}],"version":1}"""
        );
    }

    [Fact]
    public async Task Releasing_goods_of_a_product_without_a_record_fails()
    {
        var failed = await Assert.ThrowsAsync<KeyNotFoundException>(() =>
            ChangeAsync((before, products) => StockRules.Release("o1", before, products))
        );

        Assert.Contains("zest", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_repeated_reservation_of_a_product_without_a_record_returns_the_first()
    {
        var reserved = await ChangeAsync(
            (before, products) => StockRules.Reserve("o1", before, [new ReservationLine("zest", 1)], products)
        );

        Assert.Equal(ReservationStatus.Reserved, reserved.Value!.Status);
    }

    /// <summary>In a task of its own: the state in memory answers at once, so an endless change would not return to the test.</summary>
    private Task<Outcome<Reservation>> ChangeAsync(
        Func<Reservation?, IReadOnlyDictionary<string, Product>, Decision<StockChange>> decide
    ) => Task.Run(() => stock.ChangeAsync("o1", [], decide, null, CancellationToken.None)).WaitAsync(Patience, TimeProvider.System);
}
