namespace Orders.Placing;

internal static class PlacingRegistration
{
    public static IServiceCollection AddPlacing(this IServiceCollection services) =>
        services.AddSingleton<SagaStarter>().AddSingleton<OrderPlacement>();
}
