using Orders.Approving;
using Orders.Ordering;
using Orders.Saga;

namespace Orders.Choreography;

/// <summary>What a service has said, or the order itself. <paramref name="Round"/>: which question it answers.</summary>
internal sealed record Signal(string Type, string? Reason = null, int? Round = null, int Attempts = 1, string? Tracking = null);

/// <summary>
/// The choreographed saga as a sum: where the order stands and what was heard, in; the next event of the order, out. Null: nothing
/// follows, because it was heard before, comes late, or the order is no choreographed one.
/// </summary>
/// <remarks>
/// Steps are undone in reverse order. A step of which nobody knows whether it happened is undone too: each service closes the door
/// behind an undone step, so that a request which comes later finds it closed.
/// </remarks>
internal static class ChoreographyRules
{
    public const string Cancelled = "order.cancellation-requested";
    public const string Approved = "order.approved";
    public const string Rejected = "order.rejected";
    public const string Decided = "order.intervention-decided";

    public static OrderEvent? React(Order order, Signal heard, ApprovalTerms approval, DateTimeOffset at)
        => order.Saga != SagaKinds.Choreography || order.Status is not (OrderStatus.Pending or OrderStatus.Confirmed) ? null : (order.Phase, heard.Type) switch
        {
            (OrderPhase.Reserving, "inventory.reserved") => Forward(order, 1, at) ?? AskOrPay(order, approval, at),
            (OrderPhase.Reserving, "inventory.reservation-failed" or "inventory.released") => Fail(order, 1, heard.Reason ?? "The goods could not be reserved.", at),
            (OrderPhase.Approved, Approved) => Forward(order, 1, at) ?? new PaymentRequested(order.Steps),
            (OrderPhase.Rejected, Rejected) => Undo(order, Begun(order, at), 1, heard.Reason ?? "An operator has rejected the order.", at),
            (OrderPhase.Paying, "payment.completed") => Forward(order, 2, at) ?? new ShipmentRequested(Done(order, 2, at)),
            (OrderPhase.Paying, "payment.failed" or "payment.refunded") => Fail(order, 2, heard.Reason ?? "The payment failed.", at),
            (OrderPhase.Shipping, "shipment.arranged") => Forward(order, 3, at) ?? new OrderConfirmed(Done(order, 3, at)),
            (OrderPhase.Shipping, "shipment.refused" or "shipment.cancelled") => Fail(order, 3, heard.Reason ?? "The shipment could not be arranged.", at),
            (OrderPhase.UndoingShipment, "shipment.cancelled" or "shipment.refused") => GoOn(order, 3, at),
            (OrderPhase.UndoingPayment, "payment.refunded" or "payment.failed") => GoOn(order, 2, at),
            (OrderPhase.UndoingPayment, "payment.refund-failed") when heard.Round == order.Round && !HasOpen(order) => Park(order, 2, heard.Reason ?? "The refund failed.", heard.Attempts, at),
            (OrderPhase.UndoingInventory, "inventory.released" or "inventory.reservation-failed") => GoOn(order, 1, at),
            (_, Cancelled) when order.Cancelling is { } wish => UndoFromHere(order, wish.Reason, wish.By == "timeout", at),
            (_, Decided) => CarryOut(order, at),
            _ => null,
        };

    /// <summary>What becomes of an order that has stood still for too long.</summary>
    public static OrderEvent? Overdue(Order order, ApprovalTerms approval, int mostRounds, DateTimeOffset at) => order switch
    {
        { Phase: OrderPhase.Approving, Cancelling: null } => ApprovalRules.Expire(order, at),
        { Cancelling: not null, Phase: not (OrderPhase.UndoingShipment or OrderPhase.UndoingPayment or OrderPhase.UndoingInventory) } => React(order, new Signal(Cancelled), approval, at),
        { Phase: OrderPhase.Rejected } => React(order, new Signal(Rejected), approval, at),
        { Phase: OrderPhase.Reserving or OrderPhase.Approved or OrderPhase.Paying or OrderPhase.Shipping } => new CancellationRequested("timeout", $"No answer to step {SagaSteps.Names[StepOf(order.Phase)]} in time."),
        { Phase: OrderPhase.UndoingShipment or OrderPhase.UndoingPayment or OrderPhase.UndoingInventory } when HasOpen(order) => null,
        { Phase: OrderPhase.UndoingShipment or OrderPhase.UndoingPayment or OrderPhase.UndoingInventory } => CarryOut(order, at)
            ?? (order.Round < mostRounds ? Ask(order, order.Steps, StepOf(order.Phase), order.Reason!, order.Round + 1, at) : Park(order, StepOf(order.Phase), "No answer in time.", order.Round, at)),
        _ => null,
    };

    public static bool HasOpen(Order order) => order.Interventions is [.., { Decided: null }];

    /// <summary>A step has gone well; an order that is to be cancelled turns round here.</summary>
    private static OrderEvent? Forward(Order order, int step, DateTimeOffset at)
        => order.Cancelling is { } wish ? Undo(order, Done(order, step, at), step, wish.Reason, at) : null;

    private static OrderEvent AskOrPay(Order order, ApprovalTerms approval, DateTimeOffset at)
        => approval.Ask(order.Total) ? ApprovalRules.Request(order, approval, Done(order, 1, at), at)! : new PaymentRequested(Done(order, 1, at));

    private static OrderEvent Fail(Order order, int step, string reason, DateTimeOffset at)
        => Undo(order, Begun(order, at).With(SagaSteps.Names[step], StepState.Failed, at, reason), step - 1, reason, at);

    private static OrderEvent GoOn(Order order, int undone, DateTimeOffset at)
        => Undo(order, order.Steps.Undone(SagaSteps.Names[undone], at), undone - 1, order.Reason!, at);

    private static OrderEvent? UndoFromHere(Order order, string reason, bool timedOut, DateTimeOffset at)
    {
        if (order.Phase is OrderPhase.UndoingShipment or OrderPhase.UndoingPayment or OrderPhase.UndoingInventory or OrderPhase.Ended)
        {
            return null;
        }
        var step = StepOf(order.Phase);
        var steps = Begun(order, at);
        return Undo(order, timedOut ? steps.With(SagaSteps.Names[step], StepState.Failed, at, reason) : steps, step, reason, at);
    }

    /// <summary>An operator has decided, and nobody has acted on it yet.</summary>
    private static OrderEvent? CarryOut(Order order, DateTimeOffset at)
    {
        if (order.Interventions is not [.., { Decided: { } decided } last] || order.Steps.FirstOrDefault(step => step.Name == last.Step)?.State != StepState.Intervention)
        {
            return null;
        }
        var step = StepOf(order.Phase);
        return decided.Decision == Decision.Retry
            ? Ask(order, order.Steps.With(last.Step, StepState.Pending, at), step, order.Reason!, order.Round + 1, at)
            : Undo(order, order.Steps.With(last.Step, decided.Decision == Decision.Resolved ? StepState.Compensated : StepState.Failed, at, decided.Note), step - 1, order.Reason!, at);
    }

    private static InterventionRequired Park(Order order, int step, string error, int attempts, DateTimeOffset at)
    {
        var name = SagaSteps.Names[step];
        var before = order.Interventions.LastOrDefault(one => one.Step == name)?.Attempts ?? 0;
        return new InterventionRequired(order.Interventions.Count + 1, name, error, before + attempts, null, at, order.Steps.With(name, StepState.Intervention, at, error));
    }

    private static OrderEvent Undo(Order order, IReadOnlyList<SagaStepView> steps, int step, string reason, DateTimeOffset at)
        => step == 0 ? new OrderCancelled(order.Reason ?? reason, steps.Undone(SagaSteps.CreateOrder, at)) : Ask(order, steps, step, reason, 1, at);

    private static StepRequested Ask(Order order, IReadOnlyList<SagaStepView> steps, int step, string reason, int round, DateTimeOffset at)
    {
        StepRequested asked = step switch
        {
            1 => new ReleaseRequested(steps),
            2 => new RefundRequested(steps),
            3 => new ShipmentCancellationRequested(steps),
            _ => throw new ArgumentOutOfRangeException(nameof(step), step, $"no service undoes this step (at {at:O})"),
        };
        return asked with { Reason = order.Reason ?? reason, Round = round };
    }

    /// <summary>The step under way in a phase, or the last one done: the first to be undone.</summary>
    private static int StepOf(OrderPhase phase) => phase switch
    {
        OrderPhase.Reserving or OrderPhase.Approving or OrderPhase.Approved or OrderPhase.Rejected or OrderPhase.UndoingInventory => 1,
        OrderPhase.Paying or OrderPhase.UndoingPayment => 2,
        OrderPhase.Shipping or OrderPhase.Fulfilled or OrderPhase.UndoingShipment => 3,
        _ => throw new ArgumentOutOfRangeException(nameof(phase), phase, "a phase without a step"),
    };

    private static IReadOnlyList<SagaStepView> Done(Order order, int step, DateTimeOffset at) => Begun(order, at).With(SagaSteps.Names[step], StepState.Done, at);

    /// <summary>That there is an order says that its first step is done.</summary>
    private static IReadOnlyList<SagaStepView> Begun(Order order, DateTimeOffset at)
        => order.Steps.Count == 0 ? SagaSteps.Pending.With(SagaSteps.CreateOrder, StepState.Done, at) : order.Steps;
}
