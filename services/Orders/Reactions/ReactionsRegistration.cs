namespace Orders.Reactions;

internal static class ReactionsRegistration
{
    public static IServiceCollection AddReactions(this IServiceCollection services) =>
        services.AddSingleton<OrderReactions>().AddSingleton<OrderEventHandler>();
}
