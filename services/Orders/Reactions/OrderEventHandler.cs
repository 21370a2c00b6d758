using Orders.Measuring;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Events;

namespace Orders.Reactions;

/// <summary>
/// This service's own events, in bulk: all of them move the views, a few move the order itself. The events of an order that can't be read
/// are retried, and the others are done.
/// </summary>
internal sealed partial class OrderEventHandler(
    OrderProjection projection,
    OrderReactions reactions,
    UnseenEvents unseen,
    TimeProvider time,
    ILogger<OrderEventHandler> logger
)
{
    public async Task<IReadOnlyList<Delivery>> HandleAsync(
        IReadOnlyList<IncomingEvent<OrderNotification>> received,
        CancellationToken cancellation
    )
    {
        var projecting = projection.ProjectAsync(
            [.. received.Select(one => one.Data.OrderId).Distinct(StringComparer.Ordinal)],
            cancellation
        );
        var answers = await Task.WhenAll(
            received.Select(one => OrderReactions.Concerns(one.Type) ? ReactAsync(one, cancellation) : Task.FromResult(Delivery.Done))
        );
        var unreadable = (await projecting).Unreadable;
        for (var i = 0; i < received.Count; i++)
        {
            var data = received[i].Data;
            if (unreadable.TryGetValue(data.OrderId, out var reason))
            {
                answers[i] = Delivery.RetryBecause(reason);
                continue;
            }
            unseen.Seen(data.OrderId, data.Version);
            if (data.OccurredAt is { } occurred)
            {
                OrderMeter.Shown(time.GetUtcNow() - occurred);
            }
        }
        return answers;
    }

    private async Task<Delivery> ReactAsync(IncomingEvent<OrderNotification> received, CancellationToken cancellation)
    {
        try
        {
            await reactions.ReactAsync(received, cancellation);
            return Delivery.Done;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotYet(e, received.Type, received.Data.OrderId);
            return Delivery.RetryBecause(e.Message); // this one alone; the others of the bulk are done
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "{EventType} of order {OrderId} could not be acted on yet")]
    private partial void LogNotYet(Exception failure, string eventType, string orderId);
}
