using Orders.Ordering;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>
/// Orders and events as a caller may see them. Customers get reasons in words and stable codes; technical causes, which name services,
/// hosts and statuses, are for operators and other services.
/// </summary>
internal static class CustomerFacing
{
    public static OrderView For(this OrderView order, Caller caller) =>
        caller is not Caller.Customer
            ? order
            : order with
            {
                Cause = null,
                Steps = order.Steps.WithoutCauses(),
                Interventions = order.Interventions is { } interventions
                    ? [.. interventions.Select(one => one with { Error = Words(one.Step, one.Error) })]
                    : null,
            };

    /// <summary>The event as today's version reads it.</summary>
    public static StoredEvent For(this StoredEvent stored, Caller caller)
    {
        var lifted = stored.Upcast();
        return stored with { Event = caller is Caller.Customer ? WithoutCause(lifted) : lifted };
    }

    private static OrderEvent WithoutCause(OrderEvent @event) =>
        @event switch
        {
            CancellationRequested requested => requested with { Cause = null },
            OrderCancelled cancelled => cancelled with { Cause = null, Steps = cancelled.Steps.WithoutCauses() },
            OrderConfirmed confirmed => confirmed with { Steps = confirmed.Steps.WithoutCauses() },
            StepRequested requested => requested with { Cause = null, Steps = requested.Steps.WithoutCauses() },
            ApprovalRequested requested => requested with { Steps = requested.Steps.WithoutCauses() },
            InterventionRequired required => required with
            {
                Error = Words(required.Step, required.Error),
                Steps = required.Steps.WithoutCauses(),
            },
            var other => other,
        };

    private static string Words(string step, string error) => Failure.OfUndoing(step, error).Reason;

    private static IReadOnlyList<SagaStep> WithoutCauses(this IReadOnlyList<SagaStep> steps) =>
        [
            .. steps.Select(step =>
                step with
                {
                    Cause = null,
                    Compensation = step.Compensation is { } undoing ? undoing with { Cause = null } : null,
                }
            ),
        ];
}
