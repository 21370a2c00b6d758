namespace Orders.Queries;

internal static class QueryEndpoints
{
    public static void MapQueries(this IEndpointRouteBuilder routes)
    {
        var orders = routes.MapGroup("/orders/{orderId}");
        orders.MapGet("/", async (string orderId, HttpContext http, Waiting waiting)
            => (await waiting.FindAsync(orderId, http)).ToResult(TypedResults.Ok));
        orders.MapGet("/events", async (string orderId, OrderQueries queries, CancellationToken cancellation)
            => (await queries.EventsAsync(orderId, cancellation)).ToResult(events => TypedResults.Ok(new { items = events }))).AddEndpointFilter<OwnOrders>();
    }
}
