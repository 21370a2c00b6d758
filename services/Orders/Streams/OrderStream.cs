using System.Text.Json.Serialization;
using Orders.Ordering;

namespace Orders.Streams;

/// <summary>
/// Stored format: an event with its place in the stream. <paramref name="Schema"/> is absent for the first one; <paramref name="CausedBy"/>
/// names the event of another service that led to it.
/// </summary>
internal sealed record StoredEvent(
    string EventId,
    int Version,
    DateTimeOffset OccurredAt,
    OrderEvent Event,
    int? Schema = null,
    string? CausedBy = null
);

/// <summary>Stored format: the order as its first <paramref name="Version"/> events made it. They are in the archive.</summary>
internal sealed record OrderSnapshot(int Version, DateTimeOffset CreatedAt, Order Order);

/// <summary>Stored format: an order's stream is one record, so that its ETag guards the append.</summary>
internal sealed record OrderStream(int Version, IReadOnlyList<StoredEvent> Events)
{
    public static readonly OrderStream Empty = new(0, []);

    /// <summary>
    /// False for an order that was placed and whose first event is not written yet: <see cref="Placed"/> is all there is of it.
    /// </summary>
    [JsonIgnore]
    public bool IsWritten => Version > 0;

    /// <summary>Stands for the events that are no longer in <see cref="Events"/>.</summary>
    public OrderSnapshot? Snapshot { get; init; }

    /// <summary>Removed when the order is confirmed or cancelled: no later event requests a payment or a shipment.</summary>
    public OrderBrief? Brief { get; init; }

    /// <summary>
    /// The request that placed the order, while its saga may have to be started again; removed when the order ends. Absent with older
    /// orders.
    /// </summary>
    public PlacedOrder? Placed { get; init; }

    /// <summary>The hash of that request, by which a repeated one is recognised. Absent with older orders.</summary>
    public string? RequestHash { get; init; }

    /// <summary>The id of that request (<c>X-Request-ID</c>), which every event of the order carries. Absent with older orders.</summary>
    public string? RequestId { get; init; }

    public static OrderStream Of(PlacedOrder placed) =>
        Empty with
        {
            Brief = placed.ToBrief(),
            Placed = placed,
            RequestHash = placed.RequestHash,
            RequestId = placed.RequestId,
        };

    public DateTimeOffset CreatedAt() => Snapshot?.CreatedAt ?? Events[0].OccurredAt;

    public DateTimeOffset UpdatedAt() => Events.Count > 0 ? Events[^1].OccurredAt : Snapshot!.CreatedAt;

    public Order? Fold() =>
        Events.Aggregate(Snapshot?.Order.Upcast(), (order, stored) => Order.Evolve(order, stored.Upcast())) is { } order
            ? order with
            {
                PlacedAt = CreatedAt(),
            }
            : null;

    /// <summary>
    /// The stream with one more event. A long stream is replaced by a snapshot; <see cref="OrderArchive"/> stores its events.
    /// </summary>
    public OrderStream Append(StoredEvent @event) =>
        @event.Event is OrderConfirmed or OrderCancelled ? Grown(@event) with { Placed = null, Brief = null } : Grown(@event);

    private OrderStream Grown(StoredEvent @event) =>
        Events.Count >= OrderArchive.Chunk
            ? this with
            {
                Version = @event.Version,
                Events = [@event],
                Snapshot = new OrderSnapshot(Version, CreatedAt(), Fold()!),
            }
            : this with
            {
                Version = @event.Version,
                Events = [.. Events, @event],
            };
}
