namespace Orders.Queries;

internal static class QueriesRegistration
{
    public static IServiceCollection AddQueries(this IServiceCollection services) =>
        services.AddSingleton<OrderQueries>().AddSingleton<OrderWaiter>();
}
