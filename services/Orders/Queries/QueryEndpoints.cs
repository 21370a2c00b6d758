using Orders.Streams;
using ServiceDefaults.Requests;

namespace Orders.Queries;

internal static class QueryEndpoints
{
    public static void MapQueries(this IEndpointRouteBuilder routes)
    {
        routes.MapLists();
        var orders = routes.MapGroup("/orders/{orderId}");
        orders
            .MapGet("/", async (string orderId, int? version, Caller caller, HttpContext http, OrderQueries queries, OrderWaiter waiter) =>
                (
                    version is { } past
                        ? await queries.FindAsOfAsync(orderId, past, caller, http.RequestAborted)
                        : await waiter.FindAsync(orderId, caller, http)
                ).ToResult(TypedResults.Ok)
            )
            .Admit(CallerKinds.Customers | CallerKinds.Operators, "inventory", "orders-grpc");
        orders
            .MapGet("/events", async (string orderId, Caller caller, OrderQueries queries, CancellationToken cancellation) =>
                (await queries.EventsAsync(orderId, cancellation)).ToResult(events =>
                    TypedResults.Ok(new OrderEventList([.. events.Select(stored => stored.For(caller))]))
                )
            )
            .AddEndpointFilter<OrderOwnershipFilter>()
            .Admit(CallerKinds.Customers | CallerKinds.Operators);
    }

    private sealed record OrderEventList(IReadOnlyList<StoredEvent> Items);
}
