using System.Text.Json.Serialization;
using Orders.Intervening;
using Orders.Ordering;
using Orders.Streams;
using ServiceDefaults.Events;

namespace Orders.Views;

/// <summary>
/// An order as callers see it, and as the read model keeps it (stored format). <paramref name="Status"/> is the order's own, or
/// <c>cancelling</c> while it is being undone, or <c>intervention</c> while one of its interventions is open.
/// </summary>
internal sealed record OrderView(
    string OrderId,
    string CustomerId,
    string Status,
    string Saga,
    IReadOnlyList<OrderLine> Items,
    long Total,
    string Currency,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    IReadOnlyList<SagaStep> Steps,
    string? Reason
)
{
    /// <summary>The status of an order that is being undone.</summary>
    public const string Cancelling = "cancelling";

    /// <summary>The number of events that have made the order so. Absent in views from before it was kept.</summary>
    public int? Version { get; init; }

    /// <summary>The stable code of <paramref name="Reason"/>.</summary>
    public string? ReasonCode { get; init; }

    /// <summary>The technical cause of <paramref name="Reason"/>, for operators alone.</summary>
    public string? Cause { get; init; }

    public string? CustomerName { get; init; }

    /// <summary>A requested cancellation that is not carried out yet.</summary>
    public bool? CancelRequested { get; init; }

    public ApprovalView? Approval { get; init; }

    public IReadOnlyList<InterventionView>? Interventions { get; init; }

    /// <summary>True for a cancelled order whose payment an operator has left as it is: the customer is still charged.</summary>
    [JsonIgnore]
    public bool IsChargedThoughCancelled =>
        Status == "cancelled" && Interventions?.LastOrDefault(one => one.Step == SagaSteps.ProcessPayment)?.Decision == "skip";

    public static OrderView Of(string orderId, OrderStream stream, Order order, IReadOnlyList<SagaStep>? live = null)
    {
        var steps = live ?? (order.Steps.Count > 0 ? order.Steps : Begun(order, stream.CreatedAt()));
        var status =
            order.OpenIntervention is not null ? "intervention"
            : IsBeingUndone(order, live) ? Cancelling
            : order.Status.ToString().ToLowerInvariant();
        return new OrderView(
            orderId,
            order.CustomerId,
            status,
            order.Saga,
            order.Items,
            order.Total,
            order.Currency,
            stream.CreatedAt(),
            stream.UpdatedAt(),
            steps,
            order.Reason
        )
        {
            Version = stream.Version,
            ReasonCode = order.ReasonCode,
            Cause = order.Cause,
            CustomerName = order.CustomerName,
            CancelRequested = order.Cancelling is null ? null : true,
            Approval = order.Approval is { } approval
                ? new ApprovalView(
                    order is { Phase: OrderPhase.Approving, Cancelling: null } ? "waiting" : "closed",
                    approval.Limit,
                    approval.Until
                )
                : null,
            Interventions = order.Interventions.Where(one => one.Decided is not null || one == order.OpenIntervention).ToList()
                is { Count: > 0 } shown
                ? [.. shown.Select(one => InterventionView.Of(orderId, one))]
                : null,
        };
    }

    /// <summary>
    /// For records of the read model that an earlier version has written: words for customers, and the technical cause apart.
    /// </summary>
    public OrderView Upcast()
    {
        var why = Reason is { } reason && ReasonCode is null ? OlderReasons.Of(reason, Steps) : Failure.Of(Reason, ReasonCode, Cause);
        return this with { Steps = Steps.Upcast(), Reason = why?.Reason, ReasonCode = why?.Code, Cause = why?.Cause };
    }

    private static bool IsBeingUndone(Order order, IReadOnlyList<SagaStep>? live) =>
        order.Status is OrderStatus.Pending or OrderStatus.Confirmed
        && (
            order.Cancelling is not null
            || order.Phase.IsUndoing()
            || order.Phase == OrderPhase.Rejected
            || live?.Any(step => step.State is StepState.Failed or StepState.Compensated) == true
        );

    private static IReadOnlyList<SagaStep> Begun(Order order, DateTimeOffset at) =>
        order.Saga == SagaKinds.Choreography ? SagaSteps.Begun(at) : SagaSteps.Pending;
}

internal sealed record ApprovalView(string State, long Limit, DateTimeOffset Until);

internal sealed record InterventionView(
    string InterventionId,
    string Step,
    string Error,
    int Attempts,
    DateTimeOffset Since,
    string? Decision,
    string? Note,
    string? Operator,
    DateTimeOffset? DecidedAt
)
{
    public static InterventionView Of(string orderId, Intervention one) =>
        new(
            InterventionEndpoints.IdOf(orderId, one.Number),
            one.Step,
            one.Error,
            one.Attempts,
            one.Since,
            one.Decided?.Decision.ToString().ToLowerInvariant(),
            one.Decided?.Note,
            one.Decided?.Operator,
            one.Decided?.At
        );
}
