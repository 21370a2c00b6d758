namespace Orders.Reactions;

/// <summary>The fields of orders' own events that orders reads.</summary>
internal sealed record OrderNotification(
    string EventId,
    string OrderId,
    int Version,
    string? Reason = null,
    DateTimeOffset? OccurredAt = null
);
