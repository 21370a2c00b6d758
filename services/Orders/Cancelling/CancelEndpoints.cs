using Microsoft.AspNetCore.Http.HttpResults;
using Orders.Ordering;
using Orders.Queries;
using Orders.Streams;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Cancelling;

/// <summary>
/// Cancels an order by one event on its stream, written only if the order can be cancelled. The same write publishes the event, which
/// starts the compensation (<see cref="Reactions.OrderReactions"/>).
/// </summary>
internal static class CancelEndpoints
{
    private const int MaxReasonLength = 500;

    public static void MapCancelling(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/orders/{orderId}/cancel", CancelAsync)
            .AddEndpointFilter<OrderOwnershipFilter>()
            .Admit(CallerKinds.Customers | CallerKinds.Operators);

    private static async Task<Results<Accepted<CancelResponse>, ProblemHttpResult>> CancelAsync(
        string orderId,
        HttpRequest http,
        Caller caller,
        OrderStreams streams,
        CancellationToken cancellation
    )
    {
        var request = await OptionalBody.ReadAsync<CancelRequest>(http, cancellation);
        var reason = string.IsNullOrWhiteSpace(request?.Reason)
            ? caller is Caller.Customer
                ? "Cancelled by the customer."
                : "Cancelled by an operator."
            : request.Reason.Trim();
        if (!VisibleText.IsValid(reason, MaxReasonLength, multiline: true))
        {
            return Refusal
                .Invalid("reason-invalid", $"reason has at most {MaxReasonLength} characters, none of them a control character.")
                .ToProblem();
        }
        var requested = await streams.AppendAsync(
            orderId,
            order => OrderRules.RequestCancellation(order, caller.OperatorName is null ? "customer" : "operator", reason),
            cancellation
        );
        return requested.ToResult(order =>
            TypedResults.Accepted(
                $"/api/orders/{orderId}",
                new CancelResponse(orderId, order.Status, new CancelLinks($"/api/orders/{orderId}"))
            )
        );
    }

    private sealed record CancelResponse(string OrderId, OrderStatus Status, CancelLinks Links);

    private sealed record CancelLinks(string Self);

    private sealed record CancelRequest(string? Reason);
}
