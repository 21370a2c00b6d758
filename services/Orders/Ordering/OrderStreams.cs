using Dapr.Client;
using ServiceDefaults.Aggregates;
using ServiceDefaults.Refusals;

namespace Orders.Ordering;

/// <summary>Stored format: an event with its place in the stream.</summary>
internal sealed record StoredEvent(string EventId, int Version, DateTimeOffset OccurredAt, OrderEvent Event);

/// <summary>Stored format: an order's stream is one record, so that its ETag guards the append.</summary>
internal sealed record OrderStream(int Version, IReadOnlyList<StoredEvent> Events)
{
    public static readonly OrderStream Empty = new(0, []);

    public Order? Fold() => Order.From(Events.Select(stored => stored.Event));
}

/// <summary>
/// The event streams of orders on Dapr state. One append is one event, written under the stream's ETag and published to the topic
/// <c>orders</c> by the same transaction.
/// </summary>
internal sealed class OrderStreams(DaprClient dapr, TimeProvider time)
{
    private const int MostRaces = 20;

    private readonly AggregateStore<OrderStream> streams = new(dapr, "orders-store", id => $"order-{id}");

    public async Task<OrderStream?> FindAsync(string orderId, CancellationToken cancellation)
        => await streams.FindAsync(orderId, cancellation) is { Value.Version: > 0 } found ? found.Value : null;

    /// <summary>The first event of an order; an order that has one stays as it is.</summary>
    public async Task<Outcome<Order?>> CreateAsync(string orderId, OrderCreated created, CancellationToken cancellation)
    {
        var read = await streams.FindOrCreateAsync(orderId, OrderStream.Empty, cancellation);
        return await AppendAsync(orderId, read, order => OrderRules.Create(order, created)!, cancellation);
    }

    /// <summary>
    /// Appends what <paramref name="decide"/> makes of the order, deciding anew when somebody else has appended meanwhile. Gives the
    /// order as it is then; a refusal of <paramref name="decide"/> leaves it as it was.
    /// </summary>
    public async Task<Outcome<Order?>> AppendAsync(string orderId, Func<Order?, Outcome<OrderEvent?>> decide, CancellationToken cancellation)
    {
        if (await streams.FindAsync(orderId, cancellation) is { } read)
        {
            return await AppendAsync(orderId, read, decide, cancellation);
        }
        return decide(null).Refusal is { } missing ? missing : (Order?)null;
    }

    private async Task<Outcome<Order?>> AppendAsync(string orderId, Stored<OrderStream> read, Func<Order?, Outcome<OrderEvent?>> decide, CancellationToken cancellation)
    {
        for (var races = 0; races < MostRaces; races++)
        {
            var order = read.Value.Fold();
            var decided = decide(order);
            if (decided.Refusal is { } refusal)
            {
                return refusal;
            }
            if (decided.Value is not { } happened)
            {
                return order;
            }
            if (await TryAppendAsync(orderId, read, happened, cancellation))
            {
                return Order.Evolve(order, happened);
            }
            read = await streams.FindAsync(orderId, cancellation) ?? throw new InvalidOperationException($"the stream of order '{orderId}' has vanished");
        }
        return Refusal.Conflict("order-busy", "Others keep changing this order; try again.");
    }

    private Task<bool> TryAppendAsync(string orderId, Stored<OrderStream> read, OrderEvent happened, CancellationToken cancellation)
    {
        var version = read.Value.Version + 1;
        var stored = new StoredEvent($"{orderId}:{version}", version, time.GetUtcNow(), happened);
        var next = new OrderStream(version, [.. read.Value.Events, stored]);
        return streams.TryReplaceAsync(orderId, read, next, new OutgoingEvent(happened.Name, orderId, PublishedOrderEvent.Of(orderId, stored)), cancellation);
    }
}
