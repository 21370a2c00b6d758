using Orders.Measuring;
using Orders.Repairing;
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
    public async Task<IReadOnlyList<Delivery>> HearAsync(IReadOnlyList<IncomingEvent<OrderNews>> told, CancellationToken cancellation)
    {
        var projecting = projection.ProjectAsync([.. told.Select(one => one.Data.OrderId).Distinct(StringComparer.Ordinal)], cancellation);
        var answers = await Task.WhenAll(
            told.Select(one => OrderReactions.Concerns(one.Type) ? ReactAsync(one, cancellation) : Task.FromResult(Delivery.Done))
        );
        await projecting;
        foreach (var one in told)
        {
            unseen.Seen(one.Data.OrderId, one.Data.Version);
        }
        foreach (var occurred in told.Select(one => one.Data.OccurredAt).OfType<DateTimeOffset>())
        {
            OrderMeter.Shown(time.GetUtcNow() - occurred);
        }
        return answers;
    }

    private async Task<Delivery> ReactAsync(IncomingEvent<OrderNews> told, CancellationToken cancellation)
    {
        try
        {
            await reactions.ReactAsync(told, cancellation);
            return Delivery.Done;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotYet(e, told.Type, told.Data.OrderId);
            return Delivery.RetryBecause(e.Message); // this one alone; the others of the bulk are done
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "{EventType} of order {OrderId} could not be acted on yet")]
    private partial void LogNotYet(Exception failure, string eventType, string orderId);
}
