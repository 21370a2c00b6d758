using Orders.Ordering;
using Orders.Queries;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Cancelling;

/// <summary>
/// Cancelling is one event on the order's stream, written only if the order can still be cancelled. Publishing it, which is part of
/// the write, is what sets the undoing in motion (<see cref="Reactions.OrderReactions"/>).
/// </summary>
internal static class CancelEndpoints
{
    private const int LongestReason = 500;

    public static void MapCancelling(this IEndpointRouteBuilder routes) => routes.MapPost("/orders/{orderId}/cancel", CancelAsync).AddEndpointFilter<OwnOrders>();

    private static async Task<IResult> CancelAsync(string orderId, HttpRequest http, OrderStreams streams, CancellationToken cancellation)
    {
        var request = await OptionalBody.ReadAsync<CancelRequest>(http, cancellation);
        if (request?.Reason?.Length > LongestReason)
        {
            return Refusal.Invalid("reason-too-long", $"reason has at most {LongestReason} characters.").ToProblem();
        }
        var reason = string.IsNullOrWhiteSpace(request?.Reason) ? "Cancelled by the customer." : request.Reason;
        var asked = await streams.AppendAsync(orderId, order => OrderRules.RequestCancellation(order, "customer", reason), cancellation);
        return asked.ToResult(order => TypedResults.Accepted($"/api/orders/{orderId}", new { orderId, status = order!.Status, links = new { self = $"/api/orders/{orderId}" } }));
    }

    private sealed record CancelRequest(string? Reason);
}
