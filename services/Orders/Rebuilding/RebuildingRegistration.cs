namespace Orders.Rebuilding;

internal static class RebuildingRegistration
{
    public static IServiceCollection AddRebuilding(this IServiceCollection services) => services.AddSingleton<ViewMigration>();
}
