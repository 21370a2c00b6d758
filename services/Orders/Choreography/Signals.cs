using Microsoft.Extensions.Options;
using Orders.Ordering;
using Orders.Saga;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Choreography;

/// <summary>The fields of other services' events that orders reads. All carry the same envelope: eventId, version, orderId.</summary>
internal sealed record ServiceNotification(
    string EventId,
    string OrderId,
    string? Reason = null,
    int? Round = null,
    int Attempts = 1,
    string? Tracking = null,
    string? Code = null
)
{
    /// <summary>The reason in words, where <see cref="Reason"/> is a word for programs.</summary>
    public string? Message { get; init; }
}

/// <summary>Appends to an order's stream what follows from other services' events.</summary>
internal sealed class Signals(OrderStreams streams, IOptions<SagaOptions> options, TimeProvider time)
{
    public async Task<Delivery> HandleAsync(IncomingEvent<ServiceNotification> received, CancellationToken cancellation)
    {
        var news = received.Data;
        var signal = new Signal(received.Type, news.Message ?? news.Reason, news.Round, news.Attempts, news.Tracking, news.Code);
        if (received.Type is "shipment.shipped" or "shipment.delivered")
        {
            return await MoveOnAsync(news, received.Type == "shipment.delivered", cancellation);
        }
        var appended = await streams.AppendAsync(
            news.OrderId,
            order => ChoreographyRules.React(order, signal, options.Value.ToApproval(), time.GetUtcNow()),
            cancellation,
            news.EventId
        );
        return Settle(appended.Refusal);
    }

    /// <summary>Of both kinds of saga: an order follows its goods, event by event, until nothing more follows.</summary>
    private async Task<Delivery> MoveOnAsync(ServiceNotification news, bool delivered, CancellationToken cancellation)
    {
        while (true)
        {
            var moved = false;
            var order = await streams.AppendAsync(
                news.OrderId,
                order =>
                {
                    var next = delivered
                        ? OrderRules.Deliver(order, news.Tracking, time.GetUtcNow())
                        : OrderRules.Ship(order, news.Tracking, time.GetUtcNow());
                    moved = !next.IsNothingToDo;
                    return next;
                },
                cancellation
            );
            if (!moved || order.Refusal is not null)
            {
                return Settle(order.Refusal);
            }
        }
    }

    /// <summary>A stream with concurrent writers is retried. An event of an unknown order becomes a dead letter for an operator.</summary>
    private static Delivery Settle(Refusal? refusal) =>
        refusal switch
        {
            null => Delivery.Done,
            { Kind: RefusalKind.NotFound } => Delivery.DropBecause("There is no such order."),
            _ => Delivery.RetryBecause(refusal.Detail),
        };
}
