using Dapr.Workflow;
using Orders.Ordering;
using Orders.Streams;

namespace Orders.Choreography;

/// <summary>Continues an order without progress. Returns the time until the next check.</summary>
internal sealed class CheckOrder(OrderStreams streams, TimeProvider time) : WorkflowActivity<PlacedOrder, CheckResult>
{
    /// <summary>Stored format: the name of the activity.</summary>
    public const string Name = "LookAfterOrder";

    public override async Task<CheckResult> RunAsync(WorkflowActivityContext context, PlacedOrder input)
    {
        var approval = input.Approval ?? new ApprovalTerms(null, TimeSpan.Zero);
        var stream = await streams.FindAsync(input.OrderId, CancellationToken.None);
        if (stream is null)
        {
            // The order was placed, and its writer exited before the first event.
            await streams.PlaceAsync(input, CancellationToken.None);
            return new CheckResult(null, TimeSpan.Zero);
        }
        var order = stream.Fold()!;
        if (
            order.Status is OrderStatus.Cancelled or OrderStatus.Shipped or OrderStatus.Delivered
            || order is { Status: OrderStatus.Confirmed, Cancelling: null, Phase: OrderPhase.Fulfilled }
        )
        {
            return new CheckResult(order.Status, TimeSpan.Zero);
        }
        var now = time.GetUtcNow();
        var stuckAt = stream.UpdatedAt() + input.StuckAfter!.Value;
        if (stuckAt <= now || order is { Phase: OrderPhase.Approving, Cancelling: null, Approval: { } waiting } && waiting.Until <= now)
        {
            await MoveAsync(input, stream.Version, approval);
            stuckAt = now + input.StuckAfter.Value;
        }
        var lookAt = order is { Phase: OrderPhase.Approving, Approval.Until: var until } && until > now ? until : stuckAt;
        return new CheckResult(null, lookAt - now);
    }

    /// <summary>Does nothing if the order has moved since its version <paramref name="seen"/>: it makes progress.</summary>
    private async Task MoveAsync(PlacedOrder input, int seen, ApprovalTerms approval)
    {
        var moved = await streams.AppendAsync(
            input.OrderId,
            now => ChoreographyRules.Overdue(now, approval, input.Retries.CompensationAttempts, time.GetUtcNow()),
            CancellationToken.None,
            seen: seen
        );
        // The time-out is carried out here too, because the events that would cause it may be stuck. If the reaction to such an event is
        // faster, nothing is left to do.
        if (moved.Value is { } order && (order.Phase == OrderPhase.Rejected || (order.Cancelling is not null && !order.Phase.IsUndoing())))
        {
            var due = new Signal(order.Phase == OrderPhase.Rejected ? ChoreographyRules.Rejected : ChoreographyRules.Cancelled);
            await streams.AppendAsync(
                input.OrderId,
                now => ChoreographyRules.React(now, due, approval, time.GetUtcNow()),
                CancellationToken.None
            );
        }
    }
}
