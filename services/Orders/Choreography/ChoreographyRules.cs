using Orders.Approving;
using Orders.Ordering;
using Orders.Saga;
using ServiceDefaults.Events;

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
        => order.Saga != SagaKinds.Choreography || order.Status is not (OrderStatus.Pending or OrderStatus.Confirmed) ? null : heard.Type switch
        {
            Approved => order.Phase == OrderPhase.Approved ? TurnRound(order, order.Steps, at) ?? ChoreographyPlan.After(order, ChoreographyPlan.StepOf(order))!.Ask!(order.Steps) : null,
            Rejected => order.Phase == OrderPhase.Rejected ? Undo(order, order.Steps, ChoreographyPlan.StepOf(order), heard.Reason ?? order.Rejection ?? "An operator has rejected the order.", at) : null,
            Cancelled => order.Cancelling is { } wish ? UndoFromHere(order, wish.Reason, wish.By == "timeout", at) : null,
            Decided => CarryOut(order, at),
            _ => order.Phase is OrderPhase.Ended ? null : Answered(order, heard, approval, at),
        };

    /// <summary>What becomes of an order that has stood still for too long.</summary>
    public static OrderEvent? Overdue(Order order, ApprovalTerms approval, int mostRounds, DateTimeOffset at) => order switch
    {
        { Phase: OrderPhase.Approving, Cancelling: null } => ApprovalRules.Expire(order, at),
        _ when order.Phase.IsUndoing() => HasOpen(order) ? null : CarryOut(order, at) ?? AskAgain(order, mostRounds, at),
        { Cancelling: not null } => React(order, new Signal(Cancelled), approval, at),
        { Phase: OrderPhase.Rejected } => React(order, new Signal(Rejected), approval, at),
        { Phase: OrderPhase.Fulfilled or OrderPhase.Ended } => null,
        _ => new CancellationRequested("timeout", $"No answer to step {ChoreographyPlan.StepOf(order).Name} in time."),
    };

    public static bool HasOpen(Order order) => order.Interventions is [.., { Decided: null }];

    private static OrderEvent? Answered(Order order, Signal heard, ApprovalTerms approval, DateTimeOffset at)
    {
        var step = ChoreographyPlan.StepOf(order);
        if (order.Phase == step.Doing)
        {
            return heard.Type == step.Done ? GoOn(order, step, approval, at)
                : heard.Type == step.Refused || heard.Type == step.Undone ? Fail(order, step, heard.Reason ?? step.Failure, at)
                : null;
        }
        if (order.Phase != step.Undoing)
        {
            return null;
        }
        return heard.Type == step.Undone || heard.Type == step.Refused ? Undo(order, order.Steps.Undone(step.Name, at), ChoreographyPlan.Before(order, step), order.Reason!, at)
            : heard.Type == step.UndoFailed && heard.Round == order.Round && !HasOpen(order) ? Park(order, step, heard.Reason ?? $"Step {step.Name} could not be undone.", heard.Attempts, at)
            : null;
    }

    /// <summary>A step has gone well; an order that is to be cancelled turns round here.</summary>
    private static OrderEvent GoOn(Order order, ChoreographedStep done, ApprovalTerms approval, DateTimeOffset at)
    {
        var steps = Begun(order, at).With(done.Name, StepState.Done, at);
        return TurnRound(order, steps, at) ?? ChoreographyPlan.After(order, done) switch
        {
            null => new OrderConfirmed(steps),
            { Name: SagaSteps.ProcessPayment } when approval.Ask(order.Total) => ApprovalRules.Request(order, approval, steps, at)!,
            var next => next.Ask!(steps),
        };
    }

    private static OrderEvent? TurnRound(Order order, IReadOnlyList<SagaStepView> steps, DateTimeOffset at)
        => order.Cancelling is { } wish ? Undo(order, steps, ChoreographyPlan.StepOf(order), wish.Reason, at) : null;

    private static OrderEvent Fail(Order order, ChoreographedStep step, string reason, DateTimeOffset at)
        => Undo(order, Begun(order, at).With(step.Name, StepState.Failed, at, reason), ChoreographyPlan.Before(order, step), reason, at);

    private static OrderEvent? UndoFromHere(Order order, string reason, bool timedOut, DateTimeOffset at)
    {
        if (order.Phase == OrderPhase.Ended || order.Phase.IsUndoing())
        {
            return null;
        }
        var step = ChoreographyPlan.StepOf(order);
        var steps = Begun(order, at);
        return Undo(order, timedOut ? steps.With(step.Name, StepState.Failed, at, reason) : steps, step, reason, at);
    }

    /// <summary>An operator has decided, and nobody has acted on it yet.</summary>
    private static OrderEvent? CarryOut(Order order, DateTimeOffset at)
    {
        if (order.Interventions is not [.., { Decided: { } decided } last] || order.Steps.FirstOrDefault(step => step.Name == last.Step)?.State != StepState.Intervention)
        {
            return null;
        }
        var step = ChoreographyPlan.StepOf(order);
        return decided.Decision == Decision.Retry
            ? AskUndo(order, order.Steps.With(last.Step, StepState.Pending, at), step, order.Reason!, order.Round + 1)
            : Undo(order, order.Steps.With(last.Step, decided.Decision == Decision.Resolved ? StepState.Compensated : StepState.Failed, at, decided.Note), ChoreographyPlan.Before(order, step), order.Reason!, at);
    }

    private static OrderEvent AskAgain(Order order, int mostRounds, DateTimeOffset at)
    {
        var step = ChoreographyPlan.StepOf(order);
        return order.Round < mostRounds ? AskUndo(order, order.Steps, step, order.Reason!, order.Round + 1) : Park(order, step, "No answer in time.", order.Round, at);
    }

    private static InterventionRequired Park(Order order, ChoreographedStep step, string error, int attempts, DateTimeOffset at)
    {
        var before = order.Interventions.LastOrDefault(one => one.Step == step.Name)?.Attempts ?? 0;
        return new InterventionRequired(order.Interventions.Count + 1, step.Name, error, before + attempts, null, at, order.Steps.With(step.Name, StepState.Intervention, at, error));
    }

    /// <summary>Undoes <paramref name="step"/> next; without one, all are undone, and the order is what remains.</summary>
    private static OrderEvent Undo(Order order, IReadOnlyList<SagaStepView> steps, ChoreographedStep? step, string reason, DateTimeOffset at)
        => step is null ? new OrderCancelled(order.Reason ?? reason, steps.Undone(SagaSteps.CreateOrder, at)) : AskUndo(order, steps, step, reason, 1);

    private static StepRequested AskUndo(Order order, IReadOnlyList<SagaStepView> steps, ChoreographedStep step, string reason, int round)
        => step.AskUndo(steps) with { Reason = order.Reason ?? reason, Round = round };

    /// <summary>That there is an order says that its first step is done.</summary>
    private static IReadOnlyList<SagaStepView> Begun(Order order, DateTimeOffset at)
        => order.Steps.Count == 0 ? SagaSteps.Pending.With(SagaSteps.CreateOrder, StepState.Done, at) : order.Steps;
}
