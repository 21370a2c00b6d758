using Orders.Ordering;
using ServiceDefaults.Refusals;

namespace Orders.Saga;

/// <summary>
/// Stored format: the reply of a step's activity. A refusal is final, <paramref name="Code"/> is for programs; a technical failure is an
/// exception instead.
/// </summary>
internal sealed record StepReply(bool Done, string? Refusal = null, string? Code = null)
{
    /// <summary>The code of a step that was not tried because its order had ended.</summary>
    public const string OrderEnded = "order-ended";

    public static readonly StepReply Success = new(true);

    public static StepReply Ended(OrderStatus status) => new(false, $"The order is {status} already.", OrderEnded);

    public static StepReply Of<T>(Outcome<T> outcome) =>
        outcome.Refusal is { } refusal ? new StepReply(false, refusal.Detail, refusal.Code) : Success;

    /// <summary>An order that was never written needs no change: success.</summary>
    public static StepReply OfExisting(Outcome<Order> outcome) => outcome.Refusal is { Kind: RefusalKind.NotFound } ? Success : Of(outcome);
}
