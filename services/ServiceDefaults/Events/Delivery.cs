namespace ServiceDefaults.Events;

public enum DeliveryKind
{
    Done,
    Retry,
    Drop,
}

/// <summary>The answer to a delivered event: done, retry or drop, with the reason.</summary>
/// <param name="Reason">The reason for a retry or drop, shown to operators with the dead letter.</param>
public readonly record struct Delivery(DeliveryKind Kind, string? Reason = null)
{
    public static readonly Delivery Done = new(DeliveryKind.Done);

    /// <summary>Later, as often as the resiliency policy allows.</summary>
    public static readonly Delivery Retry = new(DeliveryKind.Retry);

    /// <summary>Never again: it goes to the dead-letter topic for a person to look at.</summary>
    public static readonly Delivery Drop = new(DeliveryKind.Drop);

    public static Delivery DropBecause(string reason) => new(DeliveryKind.Drop, reason);

    public static Delivery RetryBecause(string reason) => new(DeliveryKind.Retry, reason);
}

/// <summary>Answers to deliveries. Source: Dapr docs, "Pub/sub API reference", expected HTTP response.</summary>
internal sealed record DeliveryAnswer(string Status)
{
    public static DeliveryAnswer Of(Delivery delivery) =>
        new(
            delivery.Kind switch
            {
                DeliveryKind.Done => "SUCCESS",
                DeliveryKind.Drop => "DROP",
                _ => "RETRY",
            }
        );
}
