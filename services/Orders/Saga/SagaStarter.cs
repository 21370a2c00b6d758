using Dapr.Workflow;
using Grpc.Core;
using Orders.Choreography;
using ServiceDefaults.Events;

namespace Orders.Saga;

/// <summary>
/// Starts the workflow of a stored order: the saga itself, or the time-out of a choreographed one. Idempotent by order id, so an order without a
/// workflow may be started again at any time.
/// </summary>
internal sealed class SagaStarter(IDaprWorkflowClient workflows)
{
    /// <returns>False if it runs already.</returns>
    public async Task<bool> StartAsync(OrderSagaInput placed, CancellationToken cancellation)
    {
        var choreographed = placed.Saga == SagaKinds.Choreography;
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                choreographed ? nameof(ChoreographyWatch) : nameof(OrderSaga), placed.OrderId, placed, choreographed ? placed.PlacedAt + placed.StuckAfter : null, cancellation);
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false; // started before; the order itself says what has been done
        }
    }
}
