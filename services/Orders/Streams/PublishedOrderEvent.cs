using Orders.Ordering;

namespace Orders.Streams;

/// <summary>
/// Stored format of the events on the topic <c>orders</c>: the fields of an order's event that are published. Fields that an event does not
/// have are left out. <paramref name="PaymentToken"/> and <paramref name="Destination"/> are published only in the event that requests the
/// step which needs them.
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
    string? Reason = null
)
{
    public string? CustomerName { get; init; }

    /// <summary>The stable code of <paramref name="Reason"/>, where an order is undone.</summary>
    public string? ReasonCode { get; init; }

    public long? Amount { get; init; }

    public string? PaymentToken { get; init; }

    public Destination? Destination { get; init; }

    public int? Round { get; init; }

    public string? Step { get; init; }

    public string? Decision { get; init; }

    /// <summary>The operator who decided.</summary>
    public string? Operator { get; init; }

    public string? Tracking { get; init; }

    public static PublishedOrderEvent Of(string orderId, StoredEvent stored, OrderBrief? brief = null, Order? order = null)
    {
        var published = new PublishedOrderEvent(stored.EventId, stored.Version, stored.OccurredAt, orderId);
        return stored.Event switch
        {
            OrderCreated created => published with
            {
                CustomerId = created.CustomerId,
                Items = created.Items,
                Total = created.Total,
                Currency = created.Currency,
                Saga = created.Saga,
                CustomerName = created.CustomerName,
            },
            OrderCancelled cancelled => published with { Reason = cancelled.Reason, ReasonCode = cancelled.ReasonCode },
            OrderRejected rejected => published with { Reason = rejected.Note },
            CancellationRequested requested => published with { Reason = requested.Reason },
            CancellationRefused refused => published with { Reason = refused.Reason },
            PaymentRequested requested => published with
            {
                Amount = order!.Total,
                Currency = order.Currency,
                PaymentToken = brief!.PaymentToken,
                Round = requested.Round,
            },
            ShipmentRequested requested => published with { Destination = brief!.Destination, Round = requested.Round },
            StepRequested requested => published with
            {
                Reason = requested.Reason,
                ReasonCode = requested.ReasonCode,
                Round = requested.Round,
            },
            InterventionRequired required => published with { Step = required.Step, Reason = required.Error },
            InterventionDecided decided => published with
            {
                Decision = decided.Decision.ToString().ToLowerInvariant(),
                Reason = decided.Note,
                Operator = decided.Operator,
                Step = order?.Interventions.FirstOrDefault(one => one.Number == decided.Number)?.Step,
            },
            OrderShipped shipped => published with { Tracking = shipped.Tracking },
            OrderConfirmed or OrderDelivered or ApprovalRequested or OrderApproved => published,
            var other => throw new InvalidOperationException($"{other.GetType().Name} has no published form"),
        };
    }
}
