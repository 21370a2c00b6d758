using Dapr.Workflow;
using Orders.Ordering;
using Orders.Saga;
using ServiceDefaults.Refusals;

namespace Orders.Queries;

/// <summary>Reads orders: a finished one from its stream alone, a pending one together with its saga.</summary>
internal sealed class OrderQueries(OrderStreams streams, IDaprWorkflowClient workflows)
{
    public async Task<Outcome<OrderView>> FindAsync(string orderId, CancellationToken cancellation)
    {
        var stream = await streams.FindAsync(orderId, cancellation);
        if (stream?.Fold() is { Status: not OrderStatus.Pending } finished)
        {
            return View(orderId, stream, finished, finished.Steps);
        }
        var saga = await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation);
        if (saga is not { Exists: true } || saga.ReadInputAs<OrderSagaInput>() is not { } input)
        {
            return Refusal.NotFound("order-not-found", $"There is no order '{orderId}'.");
        }
        var steps = saga.ReadCustomStatusAs<List<SagaStepView>>() ?? [];
        if (stream?.Fold() is not { } order)
        {
            // The saga was started a moment ago and has not written the order yet; its input is the order.
            order = new Order(input.CustomerId, saga.IsWorkflowCompleted ? OrderStatus.Cancelled : OrderStatus.Pending, "orchestration", input.Items, input.Total, input.Currency, steps, null);
            stream = new OrderStream(0, [new StoredEvent("", 0, input.PlacedAt, new OrderCreated(input.CustomerId, input.Items, input.Total, input.Currency, "orchestration"))]);
        }
        return View(orderId, stream, order, steps);
    }

    public async Task<Outcome<IReadOnlyList<StoredEvent>>> EventsAsync(string orderId, CancellationToken cancellation)
        => await streams.FindAsync(orderId, cancellation) is { } stream
            ? (Outcome<IReadOnlyList<StoredEvent>>)stream.Events.ToList()
            : Refusal.NotFound("order-not-found", $"There is no order '{orderId}'.");

    private static OrderView View(string orderId, OrderStream stream, Order order, IReadOnlyList<SagaStepView> steps)
    {
        var status = steps.Any(step => step.State == StepState.Intervention) ? "intervention" : order.Status.ToString().ToLowerInvariant();
        return new OrderView(orderId, order.CustomerId, status, order.Saga, order.Items, order.Total, order.Currency, stream.Events[0].OccurredAt, stream.Events[^1].OccurredAt, steps, order.Reason);
    }
}
