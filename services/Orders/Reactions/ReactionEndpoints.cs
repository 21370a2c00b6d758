using ServiceDefaults.Events;

namespace Orders.Reactions;

internal static class ReactionEndpoints
{
    public static void MapReactions(this IEndpointRouteBuilder routes) =>
        routes.MapEvents<OrderNotification, OrderEventHandler>("/events/orders", (handler, received, cancellation) =>
            handler.HandleAsync(received, cancellation)
        );
}
