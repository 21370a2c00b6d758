namespace Orders.Ordering;

/// <summary>Stored format: a step of the saga and how it stands.</summary>
internal sealed record SagaStepView(string Name, StepState State, DateTimeOffset? At = null, string? Error = null);

internal enum StepState
{
    Pending,
    Done,
    Failed,
    Compensated,

    /// <summary>Its compensation keeps failing and waits for a person.</summary>
    Intervention,
}

/// <summary>The steps of an order, the same in both kinds of saga. Names are stored format.</summary>
internal static class SagaSteps
{
    public const string CreateOrder = "create-order";
    public const string ReserveInventory = "reserve-inventory";
    public const string ProcessPayment = "process-payment";
    public const string ArrangeShipment = "arrange-shipment";

    public static readonly IReadOnlyList<string> Names = [CreateOrder, ReserveInventory, ProcessPayment, ArrangeShipment];

    public static readonly IReadOnlyList<SagaStepView> Pending = PendingOf(Names);

    public static IReadOnlyList<SagaStepView> PendingOf(IEnumerable<string> names) => [.. names.Select(name => new SagaStepView(name, StepState.Pending))];

    public static IReadOnlyList<SagaStepView> With(this IReadOnlyList<SagaStepView> steps, string name, StepState state, DateTimeOffset at, string? error = null)
        => [.. (steps.Count == 0 ? Pending : steps).Select(step => step.Name == name ? new SagaStepView(name, state, at, error) : step)];

    /// <summary>A step that failed stays shown as failed, also when it was undone to be sure; its error says why.</summary>
    public static IReadOnlyList<SagaStepView> Undone(this IReadOnlyList<SagaStepView> steps, string name, DateTimeOffset at)
    {
        var before = steps.FirstOrDefault(step => step.Name == name);
        return before?.State == StepState.Failed ? steps.With(name, StepState.Failed, at, before.Error) : steps.With(name, StepState.Compensated, at);
    }
}
