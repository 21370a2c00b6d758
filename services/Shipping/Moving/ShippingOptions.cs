namespace Shipping.Moving;

/// <summary>When shipments move on by themselves. Zero, the default: only when the carrier reports it.</summary>
internal sealed record ShippingOptions
{
    public TimeSpan ShipAfter { get; init; }

    public TimeSpan DeliverAfter { get; init; }

    public bool MovesByItself => ShipAfter > TimeSpan.Zero;

    /// <summary>How often a shipment is looked at once it could have left.</summary>
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
