using Orders.Ordering;

namespace Orders.Saga;

/// <summary>An order whose steps are compensated.</summary>
/// <param name="RequestId">The request that placed the order; null with orders from before it was recorded.</param>
/// <param name="Created">The first event of the order, for one that may not be written yet; null if it is.</param>
internal sealed record CompensatedOrder(string OrderId, string? RequestId, SagaRetries Retries, OrderCreated? Created)
{
    public static CompensatedOrder Of(PlacedOrder placed) => new(placed.OrderId, placed.RequestId, placed.Retries, placed.ToCreated());
}

/// <summary>
/// Stored format: the input of an activity that undoes a step. Earlier versions passed the whole <see cref="PlacedOrder"/>, which has these
/// two fields too.
/// </summary>
internal sealed record CompensationInput(string OrderId)
{
    public string? RequestId { get; init; }
}
