using Orders.Ordering;

namespace Orders.Streams;

/// <summary>Lifts events that were written under an earlier schema, so that the rest of the code handles today's alone.</summary>
internal static class EventUpcaster
{
    public static OrderEvent Upcast(this StoredEvent stored) =>
        stored.Event switch
        {
            // Schema 1 did not say the customer's name; the id stands for it.
            OrderCreated { CustomerName: null } created => created with { CustomerName = created.CustomerId },
            OrderCancelled { ReasonCode: null } cancelled => OrderCancelled.Of(
                OlderReasons.Of(cancelled.Reason, cancelled.Steps),
                cancelled.Steps.Upcast()
            ),
            StepRequested { Reason: { } reason, ReasonCode: null } requested => (
                requested with
                {
                    Steps = requested.Steps.Upcast(),
                }
            ).Because(OlderReasons.Of(reason, requested.Steps)),
            ApprovalRequested requested => requested with { Steps = requested.Steps.Upcast() },
            InterventionRequired required => required with { Steps = required.Steps.Upcast() },
            var current => current,
        };

    /// <summary>For snapshots, which hold the order as an earlier version made it.</summary>
    public static Order Upcast(this Order order)
    {
        var steps = order.Steps.Upcast();
        if (order is not { Reason: { } reason, ReasonCode: null })
        {
            return order with { Steps = steps };
        }
        return order with { Steps = steps, Undoing = OlderReasons.Of(reason, order.Steps) };
    }

    /// <summary>The same list if no step of it is of an earlier version.</summary>
    public static IReadOnlyList<SagaStep> Upcast(this IReadOnlyList<SagaStep> steps) =>
        steps.Any(IsOlder) ? [.. steps.Select(step => IsOlder(step) ? Upcast(step) : step)] : steps;

    private static bool IsOlder(SagaStep step) =>
        step
            is {
                State: StepState.Compensated or StepState.Failed or StepState.Intervention,
                StartedAt: null,
                EndedAt: null,
                Compensation: null
            };

    /// <summary>
    /// Earlier versions kept one time and one error, and the compensation wrote over those of its step. A step that was done needs no
    /// change.
    /// </summary>
    private static SagaStep Upcast(SagaStep step) =>
        step.State switch
        {
            StepState.Compensated => step with
            {
                Error = null,
                Compensation = new StepCompensation(CompensationState.Done) { EndedAt = step.At, Note = step.Error },
            },
            StepState.Failed => step with
            {
                EndedAt = step.At,
                Failure = step.Error is { } error ? OlderReasons.Of(step.Name, error) : null,
            },
            StepState.Intervention => step with
            {
                Error = null,
                Compensation = new StepCompensation(CompensationState.Failed)
                {
                    EndedAt = step.At,
                    Failure = step.Error is { } error ? Failure.OfUndoing(step.Name, error) : null,
                },
            },
            _ => step,
        };
}
