using ServiceDefaults.Events;

namespace Orders.Choreography;

internal static class ChoreographyEndpoints
{
    public static void MapChoreography(this IEndpointRouteBuilder routes) =>
        routes.MapEvent<ServiceNotification, Signals>("/events/signals", (signals, received, cancellation) =>
            signals.HandleAsync(received, cancellation)
        );
}
