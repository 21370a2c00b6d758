using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Approving;

internal enum ApprovalState
{
    Waiting,
    Approved,
    Rejected,
}

/// <summary>
/// Orders above a limit wait for an operator, who approves or rejects once. Without a decision in time they are rejected.
/// </summary>
internal static class ApprovalRules
{
    public const string TooLate = "Nobody approved the order in time.";
    public const string Rejected = "An operator has rejected the order.";

    public static Decision<OrderEvent> Request(Order order, ApprovalTerms terms, IReadOnlyList<SagaStep> steps, DateTimeOffset at) =>
        order.Approval is null && order.Cancelling is null && terms.Limit is { } limit
            ? new ApprovalRequested(limit, at + terms.Time, steps)
            : Decision.NothingToDo;

    /// <summary>
    /// Decides once. The same decision by the same operator, with the same note, changes nothing: the answer to the first one may be lost
    /// after the write.
    /// </summary>
    public static Decision<OrderEvent> Decide(Order order, bool approve, string? who, string? note) =>
        order switch
        {
            { Status: OrderStatus.Pending, Phase: OrderPhase.Approving, Cancelling: null } => approve
                ? new OrderApproved(who, note)
                : new OrderRejected(who, note),
            { Verdict: { Operator: not null } verdict } when verdict == new ApprovalVerdict(approve, who, note) => Decision.NothingToDo,
            { Approval: null } => Refusal.Conflict("approval-not-asked", "This order waits for no approval."),
            _ => Refusal.Conflict("approval-closed", "This order does not wait for approval any more."),
        };

    public static Decision<OrderEvent> Expire(Order order, DateTimeOffset at) =>
        order is { Phase: OrderPhase.Approving, Cancelling: null, Approval.Until: var until } && at >= until
            ? new OrderRejected(null, TooLate)
            : Decision.NothingToDo;

    /// <summary>Returns the state of the approval; a requested cancellation rejects it too.</summary>
    public static (ApprovalState State, Failure? Why) Read(Order order) =>
        order switch
        {
            { Cancelling: { } requested } => (ApprovalState.Rejected, Failure.Of(requested)),
            { Phase: OrderPhase.Approving } => (ApprovalState.Waiting, null),
            { Phase: OrderPhase.Rejected } or { Status: OrderStatus.Cancelled } => (ApprovalState.Rejected, Rejection(order.Rejection)),
            _ => (ApprovalState.Approved, null),
        };

    /// <summary>Returns why a rejected order is undone: the operator's note, or the time limit.</summary>
    public static Failure Rejection(string? note) =>
        note == TooLate ? new Failure(TooLate, "approval-timed-out") : new Failure(note ?? Rejected, "approval-rejected");
}
