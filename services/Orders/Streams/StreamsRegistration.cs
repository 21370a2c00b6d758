namespace Orders.Streams;

internal static class StreamsRegistration
{
    public static IServiceCollection AddStreams(this IServiceCollection services) =>
        services.AddSingleton<OrderEndings>().AddSingleton<UnseenEvents>().AddSingleton<OrderStreams>();
}
