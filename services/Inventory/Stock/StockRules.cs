using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Inventory.Stock;

/// <summary>The rules of stock: sums without effects. Each decision is idempotent by order id.</summary>
internal static class StockRules
{
    public const string ValidLines = "items must hold 1 to 100 lines with a product and a quantity from 1 to 10000.";

    private const int MaxLines = 100;
    private const int MaxQuantity = 10_000;

    /// <summary>Checked of requests and events alike: a negative quantity would add to the stock.</summary>
    public static bool AreValid(IReadOnlyList<ReservationLine?> lines) =>
        lines.Count is > 0 and <= MaxLines
        && lines.All(line => line is { Quantity: > 0 and <= MaxQuantity } && Identifier.IsValid(line.ProductId));

    public static Decision<StockChange> Reserve(
        string orderId,
        Reservation? before,
        IReadOnlyList<ReservationLine> lines,
        IReadOnlyDictionary<string, Product> products
    )
    {
        if (before is not null)
        {
            return Decision.NothingToDo; // decided already: the same answer again
        }
        var wanted = lines
            .GroupBy(line => line.ProductId, StringComparer.Ordinal)
            .Select(line => new ReservationLine(line.Key, line.Sum(item => item.Quantity)))
            .ToList();
        foreach (var line in wanted)
        {
            if (!products.TryGetValue(line.ProductId, out var product) || product.Available < line.Quantity)
            {
                var left = product?.Available ?? 0;
                return new StockChange(
                    new Reservation(
                        orderId,
                        ReservationStatus.Failed,
                        [],
                        $"{line.Quantity} of {line.ProductId} are wanted, {left} are left",
                        1
                    ),
                    []
                );
            }
        }
        var held = wanted
            .Select(line =>
                products[line.ProductId] with
                {
                    Available = products[line.ProductId].Available - line.Quantity,
                    Reserved = products[line.ProductId].Reserved + line.Quantity,
                }
            )
            .ToList();
        return new StockChange(new Reservation(orderId, ReservationStatus.Reserved, wanted, null, 1), held);
    }

    public static Decision<StockChange> Release(string orderId, Reservation? before, IReadOnlyDictionary<string, Product> products)
    {
        if (before is null)
        {
            return new StockChange(new Reservation(orderId, ReservationStatus.Released, [], "released before it was reserved", 1), []);
        }
        if (before.Status != ReservationStatus.Reserved)
        {
            return Decision.NothingToDo;
        }
        var freed = before
            .Lines.Select(line =>
                products[line.ProductId] with
                {
                    Available = products[line.ProductId].Available + line.Quantity,
                    Reserved = products[line.ProductId].Reserved - line.Quantity,
                }
            )
            .ToList();
        return new StockChange(before with { Status = ReservationStatus.Released, Version = before.Version + 1 }, freed);
    }

    public static Decision<StockChange> Expire(Reservation? before, IReadOnlyDictionary<string, Product> products) =>
        before?.Status == ReservationStatus.Reserved && Release(before.OrderId, before, products) is { Event: { } freed }
            ? freed with
            {
                Reservation = freed.Reservation with { Reason = Reservation.Expired },
            }
            : Decision.NothingToDo;

    /// <summary>Takes the goods of a shipped order out. An order that holds nothing has nothing to ship: a conflict.</summary>
    public static Decision<StockChange> Ship(string orderId, Reservation? before, IReadOnlyDictionary<string, Product> products)
    {
        switch (before?.Status)
        {
            case ReservationStatus.Sold:
                return Decision.NothingToDo;
            case ReservationStatus.Reserved:
                var sold = before
                    .Lines.Select(line =>
                        products[line.ProductId] with
                        {
                            Reserved = products[line.ProductId].Reserved - line.Quantity,
                            Sold = products[line.ProductId].Sold + line.Quantity,
                        }
                    )
                    .ToList();
                return new StockChange(before with { Status = ReservationStatus.Sold, Version = before.Version + 1 }, sold);
            default:
                return Refusal.Conflict("nothing-reserved", $"Order '{orderId}' holds no goods.");
        }
    }
}
