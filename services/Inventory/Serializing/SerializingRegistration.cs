namespace Inventory.Serializing;

internal static class SerializingRegistration
{
    public static IServiceCollection AddSerializing(this IServiceCollection services) => services.AddSingleton<StockSerializer>();
}
