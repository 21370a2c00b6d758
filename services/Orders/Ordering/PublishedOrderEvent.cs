namespace Orders.Ordering;

/// <summary>
/// Stored format of the events on the topic <c>orders</c>: what of an order's event is told to others. Fields that an event does
/// not have are left out.
/// </summary>
internal sealed record PublishedOrderEvent(
    string EventId,
    int Version,
    DateTimeOffset OccurredAt,
    string OrderId,
    string? CustomerId = null,
    IReadOnlyList<OrderLine>? Items = null,
    long? Total = null,
    string? Currency = null,
    string? Saga = null,
    string? Reason = null)
{
    public static PublishedOrderEvent Of(string orderId, StoredEvent stored)
    {
        var told = new PublishedOrderEvent(stored.EventId, stored.Version, stored.OccurredAt, orderId);
        return stored.Event switch
        {
            OrderCreated created => told with { CustomerId = created.CustomerId, Items = created.Items, Total = created.Total, Currency = created.Currency, Saga = created.Saga },
            OrderCancelled cancelled => told with { Reason = cancelled.Reason },
            OrderConfirmed => told,
            var other => throw new InvalidOperationException($"{other.GetType().Name} has no published form"),
        };
    }
}
