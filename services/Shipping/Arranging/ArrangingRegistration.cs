namespace Shipping.Arranging;

internal static class ArrangingRegistration
{
    public static IServiceCollection AddArranging(this IServiceCollection services) => services.AddSingleton<ShipmentRequests>();
}
