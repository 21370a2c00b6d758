namespace Inventory.Reserving;

internal static class ReservingRegistration
{
    public static IServiceCollection AddReserving(this IServiceCollection services) =>
        services.AddSingleton<ReservationService>().AddSingleton<OrderEventHandler>();
}
