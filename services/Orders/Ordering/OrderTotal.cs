using ServiceDefaults.Refusals;

namespace Orders.Ordering;

/// <summary>The total of an order: price × quantity over its lines, in minor units. A sum beyond 64 bits is refused, not wrapped.</summary>
internal static class OrderTotal
{
    public static Outcome<long> Of(IEnumerable<OrderLine> lines)
    {
        try
        {
            return lines.Aggregate(0L, (sum, line) => checked(sum + checked(line.UnitPrice * line.Quantity)));
        }
        catch (OverflowException)
        {
            return Refusal.Unprocessable("total-overflow", "The order's total is larger than can be charged.");
        }
    }
}
