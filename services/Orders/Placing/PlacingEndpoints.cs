using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Placing;

internal static class PlacingEndpoints
{
    public static void MapPlacing(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/orders", PlaceAsync).Admit(CallerKinds.Customers | CallerKinds.Operators);

    private static async Task<IResult> PlaceAsync(
        PlaceOrder request,
        Caller caller,
        [FromHeader(Name = IdempotencyKey.Header)] string? key,
        OrderPlacement placement,
        CancellationToken cancellation
    )
    {
        if (request.CustomerId is not null && !caller.MaySee(request.CustomerId))
        {
            return Refusal
                .Forbidden("customer-not-yours", "An order is placed in one's own name; leave customerId out, or give your own.")
                .ToProblem();
        }
        request = request with { CustomerId = request.CustomerId ?? caller.CustomerId };
        var placed = await placement.PlaceAsync(request, key, cancellation);
        return placed.ToResult(orderId =>
            TypedResults.Accepted(
                $"/api/orders/{orderId}",
                new
                {
                    orderId,
                    status = "pending",
                    links = new { self = $"/api/orders/{orderId}", events = $"/api/orders/{orderId}/events" },
                }
            )
        );
    }
}
