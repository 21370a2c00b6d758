using Dapr.Workflow;
using Orders.Ordering;
using Orders.Streams;
using Orders.Views;
using ServiceDefaults.Events;
using ServiceDefaults.Refusals;
using ServiceDefaults.Requests;

namespace Orders.Queries;

/// <summary>Reads orders: a finished one from its stream alone, a pending one together with its saga.</summary>
internal sealed class OrderQueries(OrderStreams streams, IDaprWorkflowClient workflows)
{
    /// <param name="withSteps">True: reads the progress of a pending order's saga. False: its steps may all be pending.</param>
    public async Task<Outcome<OrderView>> FindAsync(string orderId, CancellationToken cancellation, bool withSteps = true)
    {
        if (await streams.FindAsync(orderId, cancellation) is not { } stream || stream.Fold() is not { } order)
        {
            return Missing(orderId);
        }
        if ((!withSteps && order.Interventions.Count == 0) || order.Status != OrderStatus.Pending || order.Saga == SagaKinds.Choreography)
        {
            return OrderView.Of(orderId, stream, order);
        }
        var saga = await workflows.GetWorkflowStateAsync(orderId, getInputsAndOutputs: true, cancellation);
        return OrderView.Of(orderId, stream, order, saga is { Exists: true } ? saga.ReadCustomStatusAs<List<SagaStep>>() : null);
    }

    /// <summary>The order as its first <paramref name="version"/> events made it.</summary>
    public async Task<Outcome<OrderView>> FindAsOfAsync(string orderId, int version, Caller caller, CancellationToken cancellation)
    {
        if (version < 1)
        {
            return Refusal.Invalid("version-invalid", $"version must be at least 1, not {version}.");
        }
        if (
            await streams.EventsAsync(orderId, cancellation) is not { } events
            || !caller.MaySee((events[0].Event as OrderCreated)?.CustomerId)
        )
        {
            return Missing(orderId);
        }
        if (version > events.Count)
        {
            return Refusal.NotFound("version-not-found", $"Order '{orderId}' has {events.Count} versions, and no version {version}.");
        }
        var past = new OrderStream(version, [.. events.Take(version)]);
        return OrderView.Of(orderId, past, past.Fold()!).For(caller);
    }

    public async Task<Outcome<IReadOnlyList<StoredEvent>>> EventsAsync(string orderId, CancellationToken cancellation) =>
        await streams.EventsAsync(orderId, cancellation) is { } events
            ? (Outcome<IReadOnlyList<StoredEvent>>)events.ToList()
            : Missing(orderId);

    public static Refusal Missing(string orderId) => Refusal.NotFound("order-not-found", $"There is no order '{orderId}'.");
}
