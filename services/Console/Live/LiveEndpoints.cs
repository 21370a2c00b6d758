using ServiceDefaults.Events;

namespace Console.Live;

internal static class LiveEndpoints
{
    public static IServiceCollection AddLiveEvents(this IServiceCollection services) =>
        services.AddSingleton<OrderFigures>().AddSingleton<LiveEvents>();

    /// <summary>Events of all topics, in bulk. Subscriptions are declared in components/; only this app's own sidecar gets in.</summary>
    public static void MapLiveEvents(this IEndpointRouteBuilder routes) =>
        routes.MapEvents<LiveData, LiveEvents>("/events/live", (live, events, _) => live.ReceiveAsync(events));
}
