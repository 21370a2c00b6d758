using Orders.Ordering;
using Orders.Streams;
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

    /// <summary>
    /// The reply of an append to the order. Throws if the order was busy: that is a reason for another attempt, not to give the order up.
    /// </summary>
    public static StepReply OfAppended(Outcome<Order> outcome) =>
        outcome.Refusal is { Code: OrderStreams.Busy } busy ? throw new InvalidOperationException(busy.Detail) : Of(outcome);

    /// <summary>An order that was never written needs no change: success.</summary>
    public static StepReply OfExisting(Outcome<Order> outcome) =>
        outcome.Refusal is { Kind: RefusalKind.NotFound } ? Success : OfAppended(outcome);
}
