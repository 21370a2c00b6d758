namespace Payments.Charging;

internal sealed record PaymentOptions
{
    /// <summary>After this long without an answer of the provider the outcome counts as unknown, and is looked up.</summary>
    public TimeSpan ProviderTimeout { get; init; } = TimeSpan.FromSeconds(2);
}
