using Dapr.Workflow;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Orders.Cancelling;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Saga;
using Orders.Services;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Reactions;

/// <summary>
/// Reactions to an order's own events. The write of an event also publishes it, so reactions run after any crash and may run twice: each
/// decides on the current stream.
/// </summary>
internal sealed class OrderReactions(
    OrderStreams streams,
    CancelSagaStarter cancellations,
    IDaprWorkflowClient workflows,
    PaymentsClient payments,
    InventoryClient inventory,
    ShippingClient shipping,
    IOptions<SagaOptions> options,
    TimeProvider time
)
{
    private static readonly HashSet<string> Moving =
    [
        ChoreographyRules.Cancelled,
        ChoreographyRules.Approved,
        ChoreographyRules.Rejected,
        ChoreographyRules.Decided,
    ];

    public static bool Concerns(string type) => Moving.Contains(type);

    public async Task ReactAsync(IncomingEvent<OrderNotification> @event, CancellationToken cancellation)
    {
        var orderId = @event.Data.OrderId;
        if (await streams.FindAsync(orderId, cancellation) is not { } stream || stream.Fold() is not { } order)
        {
            return;
        }
        if (order.Saga == SagaKinds.Choreography)
        {
            var signal = new Signal(@event.Type, @event.Data.Reason);
            var moved = await streams.AppendAsync(
                orderId,
                now => ChoreographyRules.React(now, signal, options.Value.ToApproval(), time.GetUtcNow()),
                cancellation,
                @event.Data.EventId
            );
            if (moved.Refusal is { } refusal)
            {
                throw new InvalidOperationException(refusal.Detail); // this event is delivered again
            }
            if (order is { Status: OrderStatus.Confirmed, Cancelling: not null })
            {
                await WatchAsync(orderId, order, cancellation);
            }
            if (@event.Type == ChoreographyRules.Decided && DecidedBy(@event.Data, stream, order) is { } settled)
            {
                await CloseStepAsync(orderId, settled, cancellation);
            }
        }
        else if (@event.Type == ChoreographyRules.Cancelled && order is { Status: OrderStatus.Confirmed, Cancelling: { } requested })
        {
            await cancellations.StartAsync(orderId, order.Steps, Failure.Of(requested), cancellation);
        }
        else if (@event.Type == ChoreographyRules.Decided)
        {
            if (order is { Status: OrderStatus.Confirmed, Cancelling: { } undone })
            {
                // its saga may be gone, for example after a move to another runtime
                await cancellations.StartAsync(orderId, order.Steps, Failure.Of(undone), cancellation);
            }
            var settled = DecidedBy(@event.Data, stream, order);
            await WakeAsync(settled?.Instance ?? orderId, cancellation);
            if (settled is { Step: SagaSteps.ProcessPayment, Decided: { Decision: not OperatorDecision.Retry } decided })
            {
                await RecordDecisionAsync(orderId, decided, cancellation);
            }
            if (settled is not null)
            {
                await CloseStepAsync(orderId, settled, cancellation);
            }
        }
        else if (order.Approval is not null && order.Status == OrderStatus.Pending)
        {
            await WakeAsync(orderId, cancellation);
        }
    }

    /// <summary>
    /// The intervention that the event has decided. A later one may have been decided since: while the service of the step is away, the
    /// event is retried, and an operator may replay it as a dead letter. The last one for an event that is in the archive by now.
    /// </summary>
    private static Intervention? DecidedBy(OrderNotification @event, OrderStream stream, Order order) =>
        stream.Events.FirstOrDefault(stored => stored.EventId == @event.EventId)?.Event is InterventionDecided decided
            ? order.Interventions.FirstOrDefault(one => one.Number == decided.Number)
            : order.Interventions.LastOrDefault(one => one.Decided is not null);

    /// <summary>
    /// An order that is undone without one of its steps must not move on there: goods that a person has stopped are not shipped by a
    /// service that answers again, and units without an order are for others. Idempotent; a failure delivers this event again.
    /// </summary>
    private async Task CloseStepAsync(string orderId, Intervention intervention, CancellationToken cancellation)
    {
        switch (intervention)
        {
            case { Step: SagaSteps.ArrangeShipment, Decided.Decision: OperatorDecision.Resolved }:
                await shipping.CancelAsync(orderId, cancellation); // refused for goods that have left
                break;
            case { Step: SagaSteps.ReserveInventory, Decided.Decision: not OperatorDecision.Retry }:
                await inventory.ReleaseAsync(orderId, cancellation);
                break;
        }
    }

    /// <summary>The time-out of an order's placing is long over when it is cancelled later.</summary>
    private async Task WatchAsync(string orderId, Order order, CancellationToken cancellation)
    {
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                ChoreographyWatchdog.Name,
                CancelSaga.InstanceOf(orderId),
                About(orderId, order),
                time.GetUtcNow() + options.Value.StuckAfter,
                cancellation
            );
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            // The event was delivered twice: the watchdog runs already.
        }
    }

    /// <summary>
    /// The payments service receives the events of choreographed orders alone, so that an orchestrated one calls it. A failure delivers
    /// this event again.
    /// </summary>
    private async Task RecordDecisionAsync(string orderId, InterventionDecided decided, CancellationToken cancellation)
    {
        var recorded = await payments.RecordDecisionAsync(orderId, decided, cancellation);
        // Without a record the payments service was never reached, and nothing was charged.
        if (recorded.Refusal is { Kind: not RefusalKind.NotFound } refusal)
        {
            throw new InvalidOperationException($"payments refused the decision on order '{orderId}': {refusal.Detail}");
        }
    }

    private async Task WakeAsync(string instance, CancellationToken cancellation)
    {
        try
        {
            await workflows.RaiseEventAsync(instance, Compensation.WakeEvent, null, cancellation);
        }
        catch (RpcException) when (!cancellation.IsCancellationRequested)
        {
            var saga = await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellation);
            if (saga.Exists && !saga.IsWorkflowCompleted)
            {
                throw; // the instance exists and did not receive the event: retry
            }
        }
    }

    /// <summary>
    /// The watchdog of a confirmed order only needs its id and its periods: the goods are paid, and the shipment is arranged.
    /// </summary>
    private PlacedOrder About(string orderId, Order order) =>
        new(
            orderId,
            order.CustomerId,
            order.Items,
            order.Total,
            order.Currency,
            "",
            Destination.None,
            time.GetUtcNow(),
            "",
            options.Value.ToRetries()
        )
        {
            Saga = order.Saga,
            StuckAfter = options.Value.StuckAfter,
        };
}
