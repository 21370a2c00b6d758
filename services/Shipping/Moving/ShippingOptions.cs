namespace Shipping.Moving;

/// <summary>
/// Times after which shipments advance automatically (<c>Shipping:*</c>). Zero, the default: only the carrier advances them.
/// </summary>
internal sealed record ShippingOptions
{
    public TimeSpan ShipAfter { get; init; }

    public TimeSpan DeliverAfter { get; init; }

    public bool MovesByItself => ShipAfter > TimeSpan.Zero;

    /// <summary>The period of a shipment's reminder after its first tick.</summary>
    public TimeSpan Period => DeliverAfter > TimeSpan.Zero ? DeliverAfter : ShipAfter;
}

internal static class ShippingOptionsRegistration
{
    public static void AddShippingOptions(this IServiceCollection services) =>
        services
            .AddOptions<ShippingOptions>()
            .BindConfiguration("Shipping")
            .Validate(
                options => options.ShipAfter >= TimeSpan.Zero && options.DeliverAfter >= TimeSpan.Zero,
                "Shipping:ShipAfter and Shipping:DeliverAfter must not be negative"
            )
            .ValidateOnStart();
}
