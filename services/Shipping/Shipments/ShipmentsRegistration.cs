namespace Shipping.Shipments;

internal static class ShipmentsRegistration
{
    public static IServiceCollection AddShipments(this IServiceCollection services) => services.AddSingleton<ShipmentStore>();
}
