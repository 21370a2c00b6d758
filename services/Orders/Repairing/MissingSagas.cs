using Dapr.Workflow;
using Orders.Cancelling;
using Orders.Ordering;
using Orders.Placing;
using ServiceDefaults.Events;

namespace Orders.Repairing;

/// <summary>Starts the sagas of open orders that have none.</summary>
internal sealed class MissingSagas(SagaStarter sagas, CancelSagaStarter cancellations, IDaprWorkflowClient workflows)
{
    /// <summary>
    /// Starts the saga of an order that has none. A saga that has waited for an operator was undoing the order, so what it started is
    /// undone: forward again it could confirm an order whose refund is already on its way.
    /// </summary>
    /// <returns>False if the saga exists.</returns>
    public async Task<bool> StartAsync(PlacedOrder placed, Order order, CancellationToken cancellation)
    {
        if (order.Saga == SagaKinds.Choreography || order.Interventions.Count == 0)
        {
            return await sagas.StartAsync(placed, cancellation);
        }
        var placing = await workflows.GetWorkflowStateAsync(placed.OrderId, getInputsAndOutputs: false, cancellation);
        return placing is not { Exists: true, IsWorkflowCompleted: false }
            && await cancellations.StartAsync(placed.OrderId, order.Steps, WhyUndone(order), cancellation);
    }

    private static Failure WhyUndone(Order order) =>
        order.Cancelling is { } requested
            ? Failure.Of(requested)
            : order.Steps.Select(step => step.Failure).LastOrDefault(failure => failure is not null)
                ?? new Failure("The order was given up.", "cancelled");
}
