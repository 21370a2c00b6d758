namespace Orders.Ordering;

/// <summary>The steps of an order, the same in both kinds of saga. Names are stored format.</summary>
internal static class SagaSteps
{
    public const string CreateOrder = "create-order";
    public const string ReserveInventory = "reserve-inventory";
    public const string ProcessPayment = "process-payment";
    public const string ArrangeShipment = "arrange-shipment";

    public static readonly IReadOnlyList<string> Names = [CreateOrder, ReserveInventory, ProcessPayment, ArrangeShipment];

    public static readonly IReadOnlyList<SagaStep> Pending = PendingOf(Names);

    public static IReadOnlyList<SagaStep> PendingOf(IEnumerable<string> names) =>
        [.. names.Select(name => new SagaStep(name, StepState.Pending))];

    /// <summary>The steps with <paramref name="change"/> made to the one of that name.</summary>
    public static IReadOnlyList<SagaStep> With(this IReadOnlyList<SagaStep> steps, string name, Func<SagaStep, SagaStep> change) =>
        [.. (steps.Count == 0 ? Pending : steps).Select(step => step.Name == name ? change(step) : step)];

    /// <summary>
    /// The steps of a choreographed order right after it was placed: the first is done because the order exists, and <c>order.created</c>
    /// requests the second.
    /// </summary>
    public static IReadOnlyList<SagaStep> Begun(DateTimeOffset placedAt) =>
        Pending.With(CreateOrder, step => step.Complete(placedAt)).With(ReserveInventory, step => step.Start(placedAt));
}
