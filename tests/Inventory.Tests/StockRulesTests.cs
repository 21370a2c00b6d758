using Inventory.Stock;
using ServiceDefaults.Refusals;

namespace Inventory.Tests;

public sealed class StockRulesTests
{
    private readonly Dictionary<string, Product> shelf = new()
    {
        ["tea"] = new Product("tea", "Tea", 500, "EUR", 10, 0, 0),
        ["cup"] = new Product("cup", "Cup", 300, "EUR", 2, 0, 0),
    };

    private readonly Dictionary<string, Reservation> reservations = [];

    [Theory]
    [InlineData("tea", 1, true)]
    [InlineData("tea", 10_000, true)]
    [InlineData("tea", 10_001, false)]
    [InlineData("tea", 0, false)]
    [InlineData("tea", -1, false)]
    [InlineData("a/b", 1, false)]
    [InlineData(null, 1, false)]
    public void A_line_names_a_product_and_a_quantity(string? productId, int quantity, bool valid) =>
        Assert.Equal(valid, StockRules.AreValid([new ReservationLine("cup", 1), new ReservationLine(productId!, quantity)]));

    [Fact]
    public void An_order_has_1_to_100_lines()
    {
        Assert.False(StockRules.AreValid([]));
        Assert.False(StockRules.AreValid([null]));
        Assert.True(StockRules.AreValid([.. Enumerable.Repeat(new ReservationLine("tea", 1), 100)]));
        Assert.False(StockRules.AreValid([.. Enumerable.Repeat(new ReservationLine("tea", 1), 101)]));
    }

    [Fact]
    public void Reserved_goods_are_no_longer_available()
    {
        Reserve("o1", ("tea", 3), ("cup", 2));

        Assert.Equal((7, 3, 0), Stock("tea"));
        Assert.Equal((0, 2, 0), Stock("cup"));
        Assert.Equal(ReservationStatus.Reserved, reservations["o1"].Status);
    }

    [Fact]
    public void If_one_line_can_not_be_had_nothing_is_held()
    {
        Reserve("o1", ("tea", 3), ("cup", 3));

        Assert.Equal((10, 0, 0), Stock("tea"));
        Assert.Equal((ReservationStatus.Failed, "3 of cup are wanted, 2 are left"), (reservations["o1"].Status, reservations["o1"].Reason));
        Assert.Empty(reservations["o1"].Lines);
    }

    [Fact]
    public void The_same_product_on_two_lines_counts_as_their_sum()
    {
        Reserve("o1", ("cup", 1), ("cup", 2));
        Reserve("o2", ("tea", 4), ("tea", 6));

        Assert.Equal(ReservationStatus.Failed, reservations["o1"].Status);
        Assert.Equal((2, 0, 0), Stock("cup"));
        Assert.Equal([new ReservationLine("tea", 10)], reservations["o2"].Lines);
        Assert.Equal((0, 10, 0), Stock("tea"));
    }

    [Fact]
    public void A_product_that_is_not_in_the_catalogue_can_not_be_reserved()
    {
        Reserve("o1", ("unicorn", 1));

        Assert.Equal("1 of unicorn are wanted, 0 are left", reservations["o1"].Reason);
    }

    [Fact]
    public void Reserving_twice_reserves_once()
    {
        Reserve("o1", ("tea", 3));

        Assert.True(StockRules.Reserve("o1", reservations["o1"], [new ReservationLine("tea", 3)], shelf).IsNothingToDo);
    }

    [Fact]
    public void A_reservation_that_failed_stays_failed_also_when_goods_have_come_in()
    {
        Reserve("o1", ("cup", 3));
        shelf["cup"] = shelf["cup"] with { Available = 100 };

        Assert.True(StockRules.Reserve("o1", reservations["o1"], [new ReservationLine("cup", 3)], shelf).IsNothingToDo);
    }

    [Fact]
    public void Released_goods_are_available_again_once()
    {
        Reserve("o1", ("tea", 3), ("cup", 1));
        Release("o1");

        Assert.Equal((10, 0, 0), Stock("tea"));
        Assert.Equal((2, 0, 0), Stock("cup"));
        Assert.True(StockRules.Release("o1", reservations["o1"], shelf).IsNothingToDo);
    }

    [Fact]
    public void Reserving_after_a_release_does_nothing()
    {
        Release("o1");

        Assert.Equal(ReservationStatus.Released, reservations["o1"].Status);
        Assert.True(StockRules.Reserve("o1", reservations["o1"], [new ReservationLine("tea", 3)], shelf).IsNothingToDo);
    }

    [Fact]
    public void Releasing_a_failed_reservation_does_nothing()
    {
        Reserve("o1", ("cup", 3));

        Assert.True(StockRules.Release("o1", reservations["o1"], shelf).IsNothingToDo);
    }

    [Fact]
    public void Shipped_goods_are_sold_once_and_never_come_back()
    {
        Reserve("o1", ("tea", 3));
        Ship("o1");

        Assert.Equal((7, 0, 3), Stock("tea"));
        var again = StockRules.Ship("o1", reservations["o1"], shelf);
        Assert.True(again.IsNothingToDo);
        Assert.True(StockRules.Release("o1", reservations["o1"], shelf).IsNothingToDo);
    }

    [Fact]
    public void Shipping_without_a_reservation_is_refused()
    {
        Reserve("failed", ("cup", 3));
        Release("released");

        Assert.All<Reservation?>([null, reservations["failed"], reservations["released"]], before =>
            Assert.Equal(
                (RefusalKind.Conflict, "nothing-reserved"),
                (StockRules.Ship("o1", before, shelf).Refusal!.Kind, StockRules.Ship("o1", before, shelf).Refusal!.Code)
            )
        );
    }

    [Fact]
    public void Every_decision_is_a_new_version()
    {
        Reserve("o1", ("tea", 1));
        Assert.Equal(1, reservations["o1"].Version);
        Ship("o1");
        Assert.Equal(2, reservations["o1"].Version);
    }

    [Fact]
    public void Random_operations_neither_create_nor_lose_goods()
    {
        var random = new Random(20260102);
        for (var round = 0; round < 300; round++)
        {
            StartOver();
            for (var step = 0; step < 60; step++)
            {
                DoAnything(random);
                Assert.All(shelf.Values, product =>
                    Assert.True(product is { Available: >= 0, Reserved: >= 0, Sold: >= 0 }, $"{product} in round {round}, step {step}")
                );
                Assert.Equal((10, 2), (Sum("tea"), Sum("cup")));
                Assert.All(shelf.Values, product =>
                    Assert.Equal(
                        (product.Reserved, product.Sold),
                        (Held(product.ProductId, ReservationStatus.Reserved), Held(product.ProductId, ReservationStatus.Sold))
                    )
                );
            }
        }
    }

    private void DoAnything(Random random)
    {
        var orderId = $"o{random.Next(12)}";
        switch (random.Next(4))
        {
            case 0 or 1:
                Reserve(
                    orderId,
                    [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (random.Next(3) > 0 ? "tea" : "cup", random.Next(1, 4)))]
                );
                break;
            case 2:
                Release(orderId);
                break;
            default:
                Ship(orderId);
                break;
        }
    }

    private void StartOver()
    {
        reservations.Clear();
        shelf["tea"] = shelf["tea"] with { Available = 10, Reserved = 0, Sold = 0 };
        shelf["cup"] = shelf["cup"] with { Available = 2, Reserved = 0, Sold = 0 };
    }

    private int Sum(string productId) => shelf[productId].Available + shelf[productId].Reserved + shelf[productId].Sold;

    private int Held(string productId, ReservationStatus status) =>
        reservations
            .Values.Where(reservation => reservation.Status == status)
            .SelectMany(reservation => reservation.Lines)
            .Where(line => line.ProductId == productId)
            .Sum(line => line.Quantity);

    private (int Available, int Reserved, int Sold) Stock(string productId) =>
        (shelf[productId].Available, shelf[productId].Reserved, shelf[productId].Sold);

    private void Reserve(string orderId, params (string ProductId, int Quantity)[] lines) =>
        Keep(
            StockRules.Reserve(
                orderId,
                reservations.GetValueOrDefault(orderId),
                [.. lines.Select(line => new ReservationLine(line.ProductId, line.Quantity))],
                shelf
            )
        );

    private void Release(string orderId) => Keep(StockRules.Release(orderId, reservations.GetValueOrDefault(orderId), shelf));

    private void Ship(string orderId) => Keep(StockRules.Ship(orderId, reservations.GetValueOrDefault(orderId), shelf));

    private void Keep(Decision<StockChange> decision)
    {
        if (decision.Event is not { } change)
        {
            return;
        }
        reservations[change.Reservation.OrderId] = change.Reservation;
        foreach (var product in change.Products)
        {
            shelf[product.ProductId] = product;
        }
    }
}
