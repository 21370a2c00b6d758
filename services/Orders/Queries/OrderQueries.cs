using Dapr.Workflow;
using Orders.Ordering;
using Orders.Saga;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;

namespace Orders.Queries;

/// <summary>Reads orders: a finished one from its stream alone, a pending one together with its saga.</summary>
internal sealed class OrderQueries(OrderStreams streams, IDaprWorkflowClient workflows)
{
    /// <param name="withSteps">Whether to ask how far a pending order's saga has come; without, its steps may all be shown as pending.</param>
    public async Task<Outcome<OrderView>> FindAsync(string orderId, CancellationToken cancellation, bool withSteps = true)
    {
        var stream = await streams.FindAsync(orderId, cancellation);
        if (stream?.Fold() is { } order && ((!withSteps && order.Interventions.Count == 0) || order.Status != OrderStatus.Pending || order.Saga == SagaKinds.Choreography))
        {
            return OrderView.Of(orderId, stream, order);
        }
        var saga = await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation);
        if (saga is not { Exists: true } || saga.ReadInputAs<OrderSagaInput>() is not { Items: not null } input)
        {
            return Missing(orderId);
        }
        // The saga was started a moment ago and may not have written the order yet; its input is the order.
        var known = stream ?? new OrderStream(0, [new StoredEvent("", 0, input.PlacedAt, input.ToCreated())]);
        var steps = saga.ReadCustomStatusAs<List<SagaStepView>>() ?? SagaSteps.Pending;
        var view = OrderView.Of(orderId, known, known.Fold()!, steps);
        return stream is null && saga.IsWorkflowCompleted ? view with { Status = "cancelled" } : view;
    }

    public async Task<Outcome<IReadOnlyList<StoredEvent>>> EventsAsync(string orderId, CancellationToken cancellation)
        => await streams.EventsAsync(orderId, cancellation) is { } events
            ? (Outcome<IReadOnlyList<StoredEvent>>)events.ToList()
            : Missing(orderId);

    public static Refusal Missing(string orderId) => Refusal.NotFound("order-not-found", $"There is no order '{orderId}'.");
}
