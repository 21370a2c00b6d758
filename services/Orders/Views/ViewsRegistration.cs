namespace Orders.Views;

internal static class ViewsRegistration
{
    public static IServiceCollection AddViews(this IServiceCollection services) =>
        services
            .AddSingleton<ViewState>()
            .AddSingleton<OrderCatalogue>()
            .AddSingleton<OrderProjection>()
            .AddSingleton<OrderPages>()
            .AddSingleton<CustomerNames>();
}
