namespace Orders.Ordering;

/// <summary>Why a step failed or an order is undone.</summary>
/// <param name="Reason">In words, for customers.</param>
/// <param name="Code">The stable word for programs.</param>
/// <param name="Cause">The technical cause, for operators alone; null where the words say all.</param>
internal sealed record Failure(string Reason, string Code, string? Cause = null)
{
    private const string TimedOut = "timed-out";

    /// <summary>The words and the code of steps and compensations that fail for technical reasons.</summary>
    private static readonly Dictionary<string, (string Words, string Undoing, string Code)> Steps = new(StringComparer.Ordinal)
    {
        [SagaSteps.CreateOrder] = ("The order could not be recorded.", "The order could not be cancelled yet.", "order"),
        [SagaSteps.ReserveInventory] = ("The goods could not be reserved.", "The goods could not be released yet.", "reservation"),
        [SagaSteps.ProcessPayment] = ("The payment could not be carried out.", "The payment could not be given back yet.", "payment"),
        [SagaSteps.ArrangeShipment] = ("The shipment could not be arranged.", "The shipment could not be cancelled yet.", "shipment"),
    };

    /// <summary>A service has refused: its own words and code, which are meant for customers.</summary>
    public static Failure Refused(string step, string? reason, string? code) =>
        new(reason ?? WordsOf(step).Words, code ?? $"{WordsOf(step).Code}-refused");

    /// <summary>No answer, or none that can be understood; whether the step happened is not known.</summary>
    public static Failure Technical(string step, string cause) => new(WordsOf(step).Words, $"{WordsOf(step).Code}-failed", cause);

    /// <summary>Undoing the step has failed, technically or by a refusal.</summary>
    public static Failure OfUndoing(string step, string cause) => new(WordsOf(step).Undoing, $"{WordsOf(step).Code}-not-undone", cause);

    /// <summary>The order was given up because it stood still.</summary>
    public static Failure NotInTime(string cause) => new("The order was not completed in time.", TimedOut, cause);

    /// <summary>The step was given up because its service stayed silent.</summary>
    public static Failure NoAnswer(string step, string cause) => Technical(step, cause) with { Code = TimedOut };

    public static Failure Of(CancellationRequested requested) =>
        new(
            requested.Reason,
            requested.By switch
            {
                "timeout" => TimedOut,
                "operator" => "cancelled-by-operator",
                _ => "cancelled-by-customer",
            },
            requested.Cause
        );

    /// <summary>A failure as it is stored, in three fields; null without a reason.</summary>
    public static Failure? Of(string? reason, string? code, string? cause) =>
        reason is null ? null : new Failure(reason, code ?? "cancelled", cause);

    private static (string Words, string Undoing, string Code) WordsOf(string step) =>
        Steps.TryGetValue(step, out var words)
            ? words
            : ($"Step {step} could not be carried out.", $"Step {step} could not be undone yet.", "step");
}
