using Dapr.Workflow;
using Orders.Ordering;
using Orders.Queries;
using Orders.Saga;
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

    private static async Task<IResult> CancelAsync(string orderId, HttpRequest http, OrderStreams streams, IDaprWorkflowClient workflows, CancellationToken cancellation)
    {
        var request = await OptionalBody.ReadAsync<CancelRequest>(http, cancellation);
        if (request?.Reason?.Length > LongestReason)
        {
            return Refusal.Invalid("reason-too-long", $"reason has at most {LongestReason} characters.").ToProblem();
        }
        var reason = string.IsNullOrWhiteSpace(request?.Reason) ? "Cancelled by the customer." : request.Reason;
        var asked = await AskAsync(orderId, reason, streams, cancellation);
        if (asked.Refusal?.Code == OrderRules.Missing.Code && await IsBeingPlacedAsync(orderId, streams, workflows, cancellation))
        {
            asked = await AskAsync(orderId, reason, streams, cancellation);
        }
        return asked.ToResult(order => TypedResults.Accepted($"/api/orders/{orderId}", new { orderId, status = order!.Status, links = new { self = $"/api/orders/{orderId}" } }));
    }

    private static Task<Outcome<Order?>> AskAsync(string orderId, string reason, OrderStreams streams, CancellationToken cancellation)
        => streams.AppendAsync(orderId, order => OrderRules.RequestCancellation(order, "customer", reason), cancellation);

    /// <summary>The saga was started a moment ago and has not written the order yet: written here, its first step finds it.</summary>
    private static async Task<bool> IsBeingPlacedAsync(string orderId, OrderStreams streams, IDaprWorkflowClient workflows, CancellationToken cancellation)
    {
        var saga = await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation);
        if (!saga.Exists || saga.IsWorkflowCompleted || saga.ReadInputAs<OrderSagaInput>() is not { Items: not null } input)
        {
            return false;
        }
        await streams.CreateAsync(orderId, input.ToCreated(), cancellation, input.ToBrief());
        return true;
    }

    private sealed record CancelRequest(string? Reason);
}
