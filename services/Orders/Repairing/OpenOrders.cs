using Microsoft.Extensions.Options;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Reactions;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.State;

namespace Orders.Repairing;

/// <summary>
/// Repairs open orders without progress: after a move to another runtime, which has workflows and reminders of its own, after the loss of
/// a scheduler's data, or behind a broker that withholds events. Repairs are idempotent: the workflow of a saga starts under the order's
/// id, and an event that is published again has the same id.
/// </summary>
internal sealed partial class OpenOrders(
    OrderPages pages,
    OrderStreams streams,
    OrderProjection projection,
    UnseenEvents unseen,
    MissingSagas sagas,
    AbandonedWorkflows abandoned,
    ShippingClient shipping,
    IOptions<RepairOptions> options,
    IOptions<SagaOptions> saga,
    TimeProvider time,
    ILogger<OpenOrders> logger
)
{
    private const int AtOnce = 100;
    private const int MaxDoublings = 6;

    private static readonly TimeSpan RepairLimit = TimeSpan.FromSeconds(10);

    private static readonly string[] Open =
    [
        ViewLists.Of(null, "pending"),
        ViewLists.Of(null, OrderView.Cancelling),
        ViewLists.Of(null, "intervention"),
    ];

    /// <summary>The time of the next repair of each order that did not move after the last one. Used by one loop alone.</summary>
    private readonly Dictionary<string, (int Times, DateTimeOffset Next, DateTimeOffset Seen)> repaired = new(StringComparer.Ordinal);

    /// <summary>Projects orders whose own event has not been received.</summary>
    public async Task ProjectOverdueAsync(CancellationToken cancellation)
    {
        while (unseen.Overdue(options.Value.Patience, AtOnce) is { Count: > 0 } overdue)
        {
            // Another instance of this service may have received the event; then the view is up to date.
            var projected = await projection.ProjectAsync([.. overdue.Keys], cancellation);
            if (projected.Shown > 0)
            {
                LogProjected(projected.Shown);
            }
            foreach (var (orderId, version) in overdue)
            {
                if (projected.Unreadable.ContainsKey(orderId))
                {
                    unseen.Postpone(orderId, version);
                }
                else
                {
                    unseen.Seen(orderId, version);
                }
            }
        }
    }

    /// <summary>Repairs open orders without progress.</summary>
    public async Task RepairAsync(CancellationToken cancellation)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (var list in Open)
        {
            await UnlessUnreadableAsync(list, () => RepairListAsync(list, open, cancellation));
        }
        foreach (var gone in repaired.Keys.Where(id => !open.Contains(id)).ToList())
        {
            repaired.Remove(gone);
        }
    }

    /// <summary>Has the shipping service register the reminders of overdue shipments again.</summary>
    public async Task RenewShipmentsAsync(CancellationToken cancellation)
    {
        foreach (var status in (string[])["confirmed", "shipped"])
        {
            var list = ViewLists.Of(null, status);
            await UnlessUnreadableAsync(list, () => RenewListAsync(list, cancellation));
        }
    }

    /// <summary>A list that can't be read does not stop the search of the others. A rebuild of the views replaces it.</summary>
    private async Task UnlessUnreadableAsync(string list, Func<Task> search)
    {
        try
        {
            await search();
        }
        catch (Exception e) when (UnreadableRecords.AreCauseOf(e))
        {
            LogUnreadable(e, list);
        }
    }

    private async Task RepairListAsync(string list, HashSet<string> open, CancellationToken cancellation)
    {
        await foreach (var order in ListAsync(list, cancellation))
        {
            open.Add(order.OrderId);
            if (order.UpdatedAt + options.Value.Patience <= time.GetUtcNow() && IsDue(order))
            {
                await RepairWithinLimitAsync(order, cancellation);
            }
        }
    }

    private async Task RenewListAsync(string list, CancellationToken cancellation)
    {
        var page = new List<string>();
        await foreach (var order in ListAsync(list, cancellation))
        {
            page.Add(order.OrderId);
            if (page.Count == AtOnce)
            {
                await shipping.RenewAsync(page, cancellation);
                page.Clear();
            }
        }
        if (page.Count > 0)
        {
            await shipping.RenewAsync(page, cancellation);
        }
    }

    /// <summary>Repairs one order within a limit, so that a workflow that does not answer delays no other order.</summary>
    private async Task RepairWithinLimitAsync(OrderView shown, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(RepairLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await RepairAsync(shown, either.Token);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            LogNotRepaired(e, shown.OrderId);
        }
    }

    private async Task RepairAsync(OrderView shown, CancellationToken cancellation)
    {
        var orderId = shown.OrderId;
        // before the stream is read: one that can't be read is tried again ever more rarely, like any other failed repair
        var times = repaired.TryGetValue(orderId, out var before) && before.Seen == shown.UpdatedAt ? before.Times : 0;
        repaired[orderId] = (
            times + 1,
            time.GetUtcNow() + (options.Value.Patience * (1 << Math.Min(times, MaxDoublings))),
            shown.UpdatedAt
        );
        if (await streams.FindAsync(orderId, cancellation) is not { } stream || stream.Fold() is not { } order)
        {
            return;
        }
        foreach (var instance in order.WaitsForPerson ? [] : Instances(orderId, stream, order))
        {
            if (await abandoned.EndAsync(instance, stream.UpdatedAt(), Longest(order), cancellation))
            {
                LogAbandoned(orderId);
                // it can be started again as soon as it has ended
                repaired[orderId] = (0, time.GetUtcNow() + options.Value.Patience, shown.UpdatedAt);
            }
        }
        if (stream.Placed is { } placed && await sagas.StartAsync(placed, order, cancellation))
        {
            LogStarted(orderId);
        }
        if (!order.WaitsForPerson && (order.Saga == SagaKinds.Choreography || OrderReactions.Concerns(stream.Events[^1].Event.Name)))
        {
            LogPublishedAgain(orderId, stream.Events[^1].Event.Name, times + 1);
            await streams.PublishAgainAsync(orderId, cancellation);
        }
    }

    /// <summary>The workflows that can stand behind an order: the one of its placing, and the one of its cancellation.</summary>
    private static string[] Instances(string orderId, OrderStream stream, Order order) =>
        stream.Placed is null ? [CancelSaga.InstanceOf(orderId)]
        : order.Interventions.Count > 0 ? [orderId, CancelSaga.InstanceOf(orderId)]
        : [orderId];

    private TimeSpan Longest(Order order) =>
        options.Value.AbandonedAfter + (order.Saga == SagaKinds.Choreography ? saga.Value.StuckAfter : TimeSpan.Zero);

    /// <summary>True if the order was never repaired, has moved since, or has waited long enough.</summary>
    private bool IsDue(OrderView order) =>
        !repaired.TryGetValue(order.OrderId, out var before) || before.Seen != order.UpdatedAt || before.Next <= time.GetUtcNow();

    private async IAsyncEnumerable<OrderView> ListAsync(
        string list,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        string? cursor = null;
        do
        {
            var page = (await pages.ReadAsync(new PageRequest(list, cursor, AtOnce), cancellation)).Value!;
            foreach (var order in page.Items)
            {
                yield return order;
            }
            cursor = page.NextCursor;
        } while (cursor is not null);
    }

    [LoggerMessage(
        1301,
        LogLevel.Warning,
        "{Count} views were out of date because their events have not come back; they are made from the streams"
    )]
    private partial void LogProjected(int count);

    [LoggerMessage(1302, LogLevel.Warning, "Order {OrderId} had no workflow; it is started again")]
    private partial void LogStarted(string orderId);

    [LoggerMessage(1307, LogLevel.Error, "The list {List} can't be read, so its orders are not repaired; rebuild the views")]
    private partial void LogUnreadable(Exception failure, string list);

    [LoggerMessage(1306, LogLevel.Warning, "Order {OrderId} could not be repaired; the next search tries again")]
    private partial void LogNotRepaired(Exception failure, string orderId);

    [LoggerMessage(1305, LogLevel.Warning, "The workflow of order {OrderId} has not moved for long and was ended")]
    private partial void LogAbandoned(string orderId);

    [LoggerMessage(1304, LogLevel.Warning, "Order {OrderId} stands still; {EventType} is published again (time {Times})")]
    private partial void LogPublishedAgain(string orderId, string eventType, int times);
}
