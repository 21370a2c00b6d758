using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Placing;

internal static class PlacingEndpoints
{
    public static void MapPlacing(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/orders", PlaceAsync).Admit(CallerKinds.Customers | CallerKinds.Operators);

    private static async Task<Results<Accepted<PlacedResponse>, ProblemHttpResult>> PlaceAsync(
        PlaceOrder request,
        Caller caller,
        [FromHeader(Name = IdempotencyKey.Header)] string? key,
        OrderPlacement placement,
        HttpResponse response,
        CancellationToken cancellation
    )
    {
        if (request.CustomerId is not null && !caller.MaySee(request.CustomerId))
        {
            return Refusal
                .Forbidden("customer-not-yours", "A customer can place orders only for their own customerId; omit it or send your own.")
                .ToProblem();
        }
        request = request with { CustomerId = request.CustomerId ?? caller.CustomerId };
        var placed = await placement.PlaceAsync(request, key, cancellation);
        if (placed.Refusal is { IsTemporary: true })
        {
            response.Headers.RetryAfter = "1";
        }
        return placed.ToResult(orderId =>
            TypedResults.Accepted(
                $"/api/orders/{orderId}",
                new PlacedResponse(orderId, "pending", new PlacedLinks($"/api/orders/{orderId}", $"/api/orders/{orderId}/events"))
            )
        );
    }

    private sealed record PlacedResponse(string OrderId, string Status, PlacedLinks Links);

    private sealed record PlacedLinks(string Self, string Events);
}
