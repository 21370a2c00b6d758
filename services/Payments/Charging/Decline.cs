namespace Payments.Charging;

/// <summary>
/// The reason of a failed payment: a text for customers and a stable code for programs. The record keeps the provider's text.
/// </summary>
internal sealed record Decline(string Message, string Code)
{
    public static Decline Of(string? recorded) =>
        recorded switch
        {
            "card_declined" => new("The card was declined.", "card-declined"),
            "insufficient_funds" => new("The card does not cover the amount.", "insufficient-funds"),
            "unknown_token" => new("The payment provider does not know this card.", "payment-token-unknown"),
            Payment.NeverCharged => new("The payment was given up before it was charged.", "payment-given-up"),
            _ => new("The payment was refused.", "payment-refused"),
        };
}
