using Orders.Ordering;

namespace Orders.Streams;

/// <summary>
/// Separates refusals, whose text customers see, from technical causes in records that stored both in one field. The texts are those of
/// the services at that time.
/// </summary>
internal static class OlderReasons
{
    private const string ApprovalTooLate = "Nobody approved the order in time.";
    private const string NoAnswer = "No answer to step ";

    public static Failure Of(string reason, IReadOnlyList<SagaStep> steps) =>
        steps.FirstOrDefault(step => step.Error == reason) is { } failed ? Of(failed.Name, reason)
        : reason == ApprovalTooLate ? new Failure(reason, "approval-timed-out")
        : reason.StartsWith(NoAnswer, StringComparison.Ordinal) ? Failure.NotInTime(reason)
        : new Failure(reason, "cancelled"); // a person's words

    public static Failure Of(string step, string error) =>
        error switch
        {
            "card_declined" => new Failure("The card was declined.", "card-declined"),
            "insufficient_funds" => new Failure("The card does not cover the amount.", "insufficient-funds"),
            "unknown_token" => new Failure("The payment provider does not know this card.", "payment-token-unknown"),
            _ when error.Contains(" are wanted, ", StringComparison.Ordinal) => new Failure(error, "out-of-stock"),
            _ when error.StartsWith("Nothing is shipped to ", StringComparison.Ordinal) => new Failure(error, "address-not-served"),
            _ when error.StartsWith(NoAnswer, StringComparison.Ordinal) => Failure.NoAnswer(step, error),
            _ => Failure.Technical(step, error),
        };
}
