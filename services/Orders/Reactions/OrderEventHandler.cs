using Orders.Measuring;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Events;

namespace Orders.Reactions;

/// <summary>This service's own events, in bulk: all of them move the views, a few move the order itself.</summary>
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
        await projecting;
        foreach (var one in received)
        {
            unseen.Seen(one.Data.OrderId, one.Data.Version);
        }
        foreach (var occurred in received.Select(one => one.Data.OccurredAt).OfType<DateTimeOffset>())
        {
            OrderMeter.Shown(time.GetUtcNow() - occurred);
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
