namespace Orders.Placing;

internal static class PlacingRegistration
{
    public static IServiceCollection AddPlacing(this IServiceCollection services)
    {
        services
            .AddOptions<PlacingOptions>()
            .BindConfiguration("Placing")
            .Validate(
                options => options is { MostUnfinished: > 0, MostUnfinishedPerCustomer: > 0 },
                "Placing:MostUnfinished and Placing:MostUnfinishedPerCustomer must be at least 1"
            )
            .ValidateOnStart();
        return services.AddSingleton<UnfinishedOrders>().AddSingleton<SagaStarter>().AddSingleton<OrderPlacement>();
    }
}
