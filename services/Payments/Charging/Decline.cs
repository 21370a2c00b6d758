namespace Payments.Charging;

/// <summary>
/// Why a payment failed, as customers and programs may know it: words, and a stable code. The record keeps the provider's own word.
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
