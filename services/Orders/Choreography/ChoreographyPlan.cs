using Orders.Ordering;

namespace Orders.Choreography;

/// <summary>
/// A step of a service: the events that request it and its compensation, and the events that answer. <paramref name="Doing"/> and
/// <paramref name="Undoing"/> are the phases of the order meanwhile.
/// </summary>
internal sealed record ChoreographedStep(string Name, OrderPhase Doing, OrderPhase Undoing)
{
    /// <summary>Null for the first step, which <c>order.created</c> triggers.</summary>
    public Func<IReadOnlyList<SagaStep>, StepRequested>? Request { get; init; }

    public required Func<IReadOnlyList<SagaStep>, StepRequested> RequestCompensation { get; init; }

    public required string Done { get; init; }

    /// <summary>Null if the service refuses no order.</summary>
    public string? Refused { get; init; }

    public required string Undone { get; init; }

    /// <summary>
    /// The event by which the service gives up the compensation, so that an operator must decide; null if it never gives up.
    /// </summary>
    public string? UndoFailed { get; init; }

    /// <summary>The reason of a refusal that has none.</summary>
    public required string Failure { get; init; }
}

internal static class ChoreographyPlan
{
    /// <summary>In the order of the saga, as in <see cref="SagaSteps.Names"/>; the order itself is the step before the first.</summary>
    private static readonly IReadOnlyList<ChoreographedStep> Steps =
    [
        new(SagaSteps.ReserveInventory, OrderPhase.Reserving, OrderPhase.UndoingInventory)
        {
            RequestCompensation = steps => new ReleaseRequested(steps),
            Done = "inventory.reserved",
            Refused = "inventory.reservation-failed",
            Undone = "inventory.released",
            Failure = "The goods could not be reserved.",
        },
        new(SagaSteps.ProcessPayment, OrderPhase.Paying, OrderPhase.UndoingPayment)
        {
            Request = steps => new PaymentRequested(steps),
            RequestCompensation = steps => new RefundRequested(steps),
            Done = "payment.completed",
            Refused = "payment.failed",
            Undone = "payment.refunded",
            UndoFailed = "payment.refund-failed",
            Failure = "The payment failed.",
        },
        new(SagaSteps.ArrangeShipment, OrderPhase.Shipping, OrderPhase.UndoingShipment)
        {
            Request = steps => new ShipmentRequested(steps),
            RequestCompensation = steps => new ShipmentCancellationRequested(steps),
            Done = "shipment.arranged",
            Refused = "shipment.refused",
            Undone = "shipment.cancelled",
            Failure = "The shipment could not be arranged.",
        },
    ];

    /// <summary>The step under way, or the last one done: the first to be undone.</summary>
    public static ChoreographedStep StepOf(Order order) =>
        order.Phase switch
        {
            OrderPhase.Approving or OrderPhase.Approved or OrderPhase.Rejected => Before(
                order,
                Steps.Single(step => step.Name == SagaSteps.ProcessPayment)
            )!,
            OrderPhase.Fulfilled => Of(order)[^1],
            var phase => Steps.FirstOrDefault(step => step.Doing == phase || step.Undoing == phase)
                ?? throw new InvalidOperationException($"phase {phase} has no step"),
        };

    public static ChoreographedStep? Before(Order order, ChoreographedStep step) => Of(order).TakeWhile(one => one != step).LastOrDefault();

    public static ChoreographedStep? After(Order order, ChoreographedStep step) =>
        Of(order).SkipWhile(one => one != step).Skip(1).FirstOrDefault();

    /// <summary>An order keeps to the steps that it began with, whatever has been added to the plan since.</summary>
    private static IReadOnlyList<ChoreographedStep> Of(Order order) =>
        order.Steps.Count == 0 ? Steps : [.. Steps.Where(step => order.Steps.Any(own => own.Name == step.Name))];
}
