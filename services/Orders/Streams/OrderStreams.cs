using Dapr.Client;
using Orders.Measuring;
using Orders.Ordering;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Refusals;
using ServiceDefaults.State;

namespace Orders.Streams;

/// <summary>
/// The event streams of orders on Dapr state. One append is one event, written under the stream's ETag and published to the topic
/// <c>orders</c>, or <c>orders-choreography</c>, by the same transaction.
/// </summary>
internal sealed class OrderStreams(DaprClient dapr, OrderEndings endings, UnseenEvents unseen, TimeProvider time)
{
    /// <summary>The code of an append that lost too many races; the same append can succeed later.</summary>
    public const string Busy = "order-busy";

    private const int MaxRaces = 20;

    private readonly AggregateStore<OrderStream> streams = new(dapr, "orders-store", KeyOf, "orders-choreography");
    private readonly OrderArchive archive = new(dapr);

    public static string KeyOf(string orderId) => $"order-{orderId}";

    public async Task<OrderStream?> FindAsync(string orderId, CancellationToken cancellation) =>
        !OrderArchive.HasKeyOf(orderId) && await streams.FindAsync(orderId, cancellation) is { Value.IsWritten: true } found
            ? found.Value
            : null;

    public async Task<IReadOnlyList<StoredEvent>?> EventsAsync(string orderId, CancellationToken cancellation) =>
        await FindAsync(orderId, cancellation) is { } stream ? await archive.AllAsync(orderId, stream, cancellation) : null;

    /// <summary>The first event of an order; an order that has one stays as it is.</summary>
    public async Task<Outcome<Order>> CreateAsync(string orderId, OrderCreated created, CancellationToken cancellation)
    {
        var read = await streams.FindAsync(orderId, cancellation) ?? Stored<OrderStream>.Missing(OrderStream.Empty);
        return await AppendAsync(orderId, read, order => OrderRules.Create(order, created), null, cancellation);
    }

    /// <summary>
    /// Stores the placed order with its first event in one write. Idempotent by order id: the first stored request of an id counts.
    /// </summary>
    /// <returns>The current stream; <see cref="OrderStream.RequestHash"/> identifies its request.</returns>
    public async Task<Outcome<OrderStream>> PlaceAsync(PlacedOrder placed, CancellationToken cancellation)
    {
        var initial = Stored<OrderStream>.Missing(OrderStream.Of(placed));
        var created = placed.ToCreated();
        var order = Order.Evolve(null, created)!;
        if (await TryAppendAsync(placed.OrderId, initial, created, order, null, cancellation))
        {
            OrderMeter.Record(created, order);
            return initial.Value;
        }
        var read = await streams.FindAsync(placed.OrderId, cancellation) ?? throw Vanished(placed.OrderId);
        if (read.Value.IsWritten)
        {
            return read.Value;
        }
        created = (read.Value.Placed ?? placed).ToCreated();
        var appended = await AppendAsync(placed.OrderId, read, now => OrderRules.Create(now, created), null, cancellation);
        return appended.Refusal is { } refusal ? refusal : read.Value;
    }

    /// <summary>
    /// Appends the event that <paramref name="decide"/> returns, and decides again after a concurrent write. Returns the current order; a
    /// refusal changes nothing. An order without events is refused as missing. An event whose id <paramref name="causedBy"/> was already
    /// processed appends nothing.
    /// </summary>
    /// <param name="seen">The version that the caller has read: nothing is appended to a later one. Null: to any.</param>
    public async Task<Outcome<Order>> AppendAsync(
        string orderId,
        Func<Order, Decision<OrderEvent>> decide,
        CancellationToken cancellation,
        string? causedBy = null,
        int? seen = null
    ) =>
        !OrderArchive.HasKeyOf(orderId) && await streams.FindAsync(orderId, cancellation) is { } read
            ? await AppendAsync(orderId, read, order => order is null ? OrderRules.Missing : decide(order), causedBy, cancellation, seen)
            : OrderRules.Missing;

    private async Task<Outcome<Order>> AppendAsync(
        string orderId,
        Stored<OrderStream> read,
        Func<Order?, Decision<OrderEvent>> decide,
        string? causedBy,
        CancellationToken cancellation,
        int? seen = null
    )
    {
        for (var races = 0; races < MaxRaces; races++)
        {
            var order = read.Value.Fold();
            if (order is not null && causedBy is not null && read.Value.Events.Any(stored => stored.CausedBy == causedBy))
            {
                return order;
            }
            if (order is not null && read.Value.Version > seen)
            {
                return order;
            }
            var decided = decide(order);
            if (decided.Refusal is { } refusal)
            {
                return refusal;
            }
            if (decided.Event is not { } @event)
            {
                return order ?? throw new InvalidOperationException($"order '{orderId}' does not exist, and nothing was done about it");
            }
            var after = Order.Evolve(order, @event)!;
            if (await TryAppendAsync(orderId, read, @event, after, causedBy, cancellation))
            {
                OrderMeter.Record(@event, after);
                return after;
            }
            read = await streams.FindAsync(orderId, cancellation) ?? throw Vanished(orderId);
        }
        return Refusal.Conflict(Busy, "Others keep changing this order; try again.");
    }

    private async Task<bool> TryAppendAsync(
        string orderId,
        Stored<OrderStream> read,
        OrderEvent @event,
        Order order,
        string? causedBy,
        CancellationToken cancellation
    )
    {
        var version = read.Value.Version + 1;
        var stored = new StoredEvent($"{orderId}:{version}", version, time.GetUtcNow(), @event, @event.Schema, causedBy);
        if (read.Value.Events.Count >= OrderArchive.Chunk)
        {
            await archive.KeepAsync(orderId, read.Value, cancellation);
        }
        var next = read.Value.Append(stored);
        var outgoing = new OutgoingEvent(@event.Name, orderId, PublishedOrderEvent.Of(orderId, stored, next.Brief, order))
        {
            Saga = order.Saga,
            RequestId = read.Value.RequestId,
        };
        unseen.Expect(orderId, version);
        if (await streams.WriteAsync(orderId, read, next, outgoing, cancellation) == WriteResult.Stale)
        {
            return false; // the version is another writer's; its event is waited for all the same
        }
        endings.Record(orderId, next, order);
        return true;
    }

    /// <summary>
    /// Publishes the last event of the order again, under the same id, so that consumers that have handled it skip it. The stream stays as
    /// it is.
    /// </summary>
    public async Task PublishAgainAsync(string orderId, CancellationToken cancellation)
    {
        if (await streams.FindAsync(orderId, cancellation) is { Value: { Events: [.., var last] } stream } read)
        {
            var order = stream.Fold()!;
            var outgoing = new OutgoingEvent(last.Event.Name, orderId, PublishedOrderEvent.Of(orderId, last, stream.Brief, order))
            {
                Saga = order.Saga,
                RequestId = stream.RequestId,
            };
            // if another append was faster, its event is the one that counts
            await streams.WriteAsync(orderId, read, stream, outgoing, cancellation);
        }
    }

    private static InvalidOperationException Vanished(string orderId) => new($"the stream of order '{orderId}' has vanished");
}
