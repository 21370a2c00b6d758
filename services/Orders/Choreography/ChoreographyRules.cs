using Orders.Approving;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Choreography;

/// <summary>
/// An event that moves a choreographed order: of another service, or of the order itself. <paramref name="Round"/>: the request that it
/// answers.
/// </summary>
/// <param name="Code">The stable code of <paramref name="Reason"/>; absent in events from before it was published.</param>
/// <param name="Attempts">How often the service has tried.</param>
internal sealed record Signal(
    string Type,
    string? Reason = null,
    int? Round = null,
    int Attempts = 1,
    string? Tracking = null,
    string? Code = null
);

/// <summary>
/// The choreographed saga as a pure function: from an order's state and a received event to the order's next event. It returns nothing to
/// do if the event is a duplicate, comes late, or belongs to an order of another saga.
/// </summary>
/// <remarks>
/// Steps are undone in reverse order. A step with an unknown result is undone too: each service refuses a request for a step that it has
/// undone.
/// </remarks>
internal static class ChoreographyRules
{
    public const string Cancelled = "order.cancellation-requested";
    public const string Approved = "order.approved";
    public const string Rejected = "order.rejected";
    public const string Decided = "order.intervention-decided";

    public static Decision<OrderEvent> React(Order order, Signal signal, ApprovalTerms approval, DateTimeOffset at) =>
        order.Saga != SagaKinds.Choreography || order.Status is not (OrderStatus.Pending or OrderStatus.Confirmed)
            ? Decision.NothingToDo
            : signal.Type switch
            {
                Approved => order.Phase == OrderPhase.Approved
                    ? CancelIfRequested(order, order.Steps, at)
                        .Or(() => RequestStep(order.Steps, ChoreographyPlan.After(order, ChoreographyPlan.StepOf(order))!, at))
                    : Decision.NothingToDo,
                Rejected => order.Phase == OrderPhase.Rejected
                    ? CompensateFrom(
                        order,
                        order.Steps,
                        ChoreographyPlan.StepOf(order),
                        ApprovalRules.Rejection(signal.Reason ?? order.Rejection),
                        at
                    )
                    : Decision.NothingToDo,
                Cancelled => order.Cancelling is { } requested ? CompensateFromCurrentStep(order, requested, at) : Decision.NothingToDo,
                Decided => ApplyDecision(order, at),
                _ => order.Phase is OrderPhase.Ended ? Decision.NothingToDo : Answered(order, signal, approval, at),
            };

    /// <summary>Decides the next event of an order without progress.</summary>
    public static Decision<OrderEvent> Overdue(Order order, ApprovalTerms approval, int maxRounds, DateTimeOffset at) =>
        order switch
        {
            { Phase: OrderPhase.Approving, Cancelling: null } => ApprovalRules.Expire(order, at),
            _ when order.Phase.IsUndoing() => order.OpenIntervention is not null
                ? Decision.NothingToDo
                : ApplyDecision(order, at).Or(() => RepeatRequest(order, maxRounds, at)),
            { Cancelling: not null } => React(order, new Signal(Cancelled), approval, at),
            { Phase: OrderPhase.Rejected } => React(order, new Signal(Rejected), approval, at),
            { Phase: OrderPhase.Fulfilled or OrderPhase.Ended } => Decision.NothingToDo,
            _ => TimeOut(ChoreographyPlan.StepOf(order)),
        };

    private static Decision<OrderEvent> Answered(Order order, Signal signal, ApprovalTerms approval, DateTimeOffset at)
    {
        var step = ChoreographyPlan.StepOf(order);
        if (order.Phase == step.Doing)
        {
            return signal.Type == step.Done ? Advance(order, step, signal.Attempts, approval, at)
                : signal.Type == step.Refused || signal.Type == step.Undone ? Fail(order, step, signal, at)
                : Decision.NothingToDo;
        }
        if (order.Phase != step.Undoing)
        {
            return Decision.NothingToDo;
        }
        return signal.Type == step.Undone || signal.Type == step.Refused
                ? CompensateFrom(
                    order,
                    order.Steps.With(step.Name, one => one.CompleteUndo(at, signal.Attempts)),
                    ChoreographyPlan.Before(order, step),
                    order.Undoing!,
                    at
                )
            : signal.Type == step.UndoFailed && signal.Round == order.Round && order.OpenIntervention is null
                ? RequireIntervention(order, step, signal.Reason ?? $"Step {step.Name} could not be undone.", signal.Attempts, at)
            : Decision.NothingToDo;
    }

    /// <summary>Continues after a completed step, or compensates if a cancellation was requested.</summary>
    private static Decision<OrderEvent> Advance(
        Order order,
        ChoreographedStep done,
        int attempts,
        ApprovalTerms approval,
        DateTimeOffset at
    )
    {
        var steps = Begun(order, at).With(done.Name, one => one.Complete(at, attempts));
        return CancelIfRequested(order, steps, at)
            .Or(() =>
                ChoreographyPlan.After(order, done) switch
                {
                    null => new OrderConfirmed(steps),
                    { Name: SagaSteps.ProcessPayment } when approval.AppliesTo(order.Total) => ApprovalRules.Request(
                        order,
                        approval,
                        steps,
                        at
                    ),
                    var next => RequestStep(steps, next, at),
                }
            );
    }

    private static Decision<OrderEvent> RequestStep(IReadOnlyList<SagaStep> steps, ChoreographedStep step, DateTimeOffset at) =>
        step.Request!(steps.With(step.Name, one => one.Start(at)));

    private static Decision<OrderEvent> CancelIfRequested(Order order, IReadOnlyList<SagaStep> steps, DateTimeOffset at) =>
        order.Cancelling is { } requested
            ? CompensateFrom(order, steps, ChoreographyPlan.StepOf(order), Failure.Of(requested), at)
            : Decision.NothingToDo;

    private static Decision<OrderEvent> Fail(Order order, ChoreographedStep step, Signal signal, DateTimeOffset at)
    {
        var failure = signal is { Reason: { } reason, Code: null }
            ? OlderReasons.Of(step.Name, reason)
            : Failure.Refused(step.Name, signal.Reason ?? step.Failure, signal.Code);
        return CompensateFrom(
            order,
            Begun(order, at).With(step.Name, one => one.Fail(failure, at, signal.Attempts)),
            ChoreographyPlan.Before(order, step),
            failure,
            at
        );
    }

    private static Decision<OrderEvent> TimeOut(ChoreographedStep silent)
    {
        var failure = Failure.NotInTime($"No answer to step {silent.Name} in time.");
        return new CancellationRequested("timeout", failure.Reason) { Cause = failure.Cause };
    }

    private static Decision<OrderEvent> CompensateFromCurrentStep(Order order, CancellationRequested requested, DateTimeOffset at)
    {
        if (order.Phase == OrderPhase.Ended || order.Phase.IsUndoing())
        {
            return Decision.NothingToDo;
        }
        var step = ChoreographyPlan.StepOf(order);
        var steps = Begun(order, at);
        var silent =
            requested.By == "timeout"
                ? steps.With(step.Name, one => one.Fail(Failure.NoAnswer(step.Name, requested.Cause ?? requested.Reason), at))
                : steps;
        return CompensateFrom(order, silent, step, Failure.Of(requested), at);
    }

    /// <summary>Applies an operator's decision that no event has applied yet.</summary>
    private static Decision<OrderEvent> ApplyDecision(Order order, DateTimeOffset at)
    {
        if (
            order.Interventions is not [.., { Decided: { } decided } last]
            || order.Steps.FirstOrDefault(step => step.Name == last.Step)?.State != StepState.Intervention
        )
        {
            return Decision.NothingToDo;
        }
        var step = ChoreographyPlan.StepOf(order);
        return decided.Decision == OperatorDecision.Retry
            ? RequestCompensation(order, order.Steps, step, order.Undoing!, order.Round + 1, at)
            : CompensateFrom(
                order,
                order.Steps.With(last.Step, one => one.Settle(decided)),
                ChoreographyPlan.Before(order, step),
                order.Undoing!,
                at
            );
    }

    private static Decision<OrderEvent> RepeatRequest(Order order, int maxRounds, DateTimeOffset at)
    {
        var step = ChoreographyPlan.StepOf(order);
        return order.Round < maxRounds
            ? RequestCompensation(order, order.Steps.With(step.Name, one => one.MissUndo(at)), step, order.Undoing!, order.Round + 1, at)
            : RequireIntervention(order, step, "No answer in time.", order.Round, at, unanswered: 1);
    }

    /// <param name="attempts">The attempts of the intervention.</param>
    /// <param name="unanswered">Those of them that the step does not count yet; null: all.</param>
    private static Decision<OrderEvent> RequireIntervention(
        Order order,
        ChoreographedStep step,
        string error,
        int attempts,
        DateTimeOffset at,
        int? unanswered = null
    )
    {
        var before = order.Interventions.LastOrDefault(one => one.Step == step.Name)?.Attempts ?? 0;
        var steps = order.Steps.With(step.Name, one => one.FailUndo(Failure.OfUndoing(step.Name, error), at, unanswered ?? attempts));
        return new InterventionRequired(order.Interventions.Count + 1, step.Name, error, before + attempts, null, at, steps);
    }

    /// <summary>Compensates <paramref name="step"/> next. Null: all steps are compensated, and the order is cancelled.</summary>
    private static Decision<OrderEvent> CompensateFrom(
        Order order,
        IReadOnlyList<SagaStep> steps,
        ChoreographedStep? step,
        Failure why,
        DateTimeOffset at
    ) =>
        step is null
            ? OrderCancelled.Of(order.Undoing ?? why, steps.With(SagaSteps.CreateOrder, one => one.CompleteUndo(at)))
            : RequestCompensation(order, steps, step, why, 1, at);

    private static Decision<OrderEvent> RequestCompensation(
        Order order,
        IReadOnlyList<SagaStep> steps,
        ChoreographedStep step,
        Failure why,
        int round,
        DateTimeOffset at
    ) => (step.RequestCompensation(steps.With(step.Name, one => one.StartUndo(at))) with { Round = round }).Because(order.Undoing ?? why);

    /// <summary>The first step is done as soon as the order exists.</summary>
    private static IReadOnlyList<SagaStep> Begun(Order order, DateTimeOffset at) =>
        order.Steps.Count == 0 ? SagaSteps.Begun(order.PlacedAt ?? at) : order.Steps;
}
