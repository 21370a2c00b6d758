using Microsoft.AspNetCore.Mvc;

namespace Orders.Placing;

internal static class PlacingEndpoints
{
    public static void MapPlacing(this IEndpointRouteBuilder routes) => routes.MapPost("/orders", PlaceAsync);

    private static async Task<IResult> PlaceAsync(PlaceOrder request, [FromHeader(Name = IdempotencyKey.Header)] string? key, OrderPlacement placement, CancellationToken cancellation)
    {
        var placed = await placement.PlaceAsync(request, key, cancellation);
        return placed.ToResult(orderId => TypedResults.Accepted(
            $"/api/orders/{orderId}",
            new { orderId, status = "pending", links = new { self = $"/api/orders/{orderId}", events = $"/api/orders/{orderId}/events" } }));
    }
}
