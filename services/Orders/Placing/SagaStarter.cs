using Dapr.Workflow;
using Grpc.Core;
using Orders.Choreography;
using Orders.Ordering;
using Orders.Saga;
using ServiceDefaults.Events;

namespace Orders.Placing;

/// <summary>
/// Starts the workflow of a stored order: the saga itself, or the time-out of a choreographed one. Idempotent by order id, so an order
/// without a workflow may be started again at any time.
/// </summary>
internal sealed class SagaStarter(IDaprWorkflowClient workflows)
{
    /// <summary>False if the workflow exists already.</summary>
    public async Task<bool> StartAsync(PlacedOrder placed, CancellationToken cancellation)
    {
        var choreographed = placed.Saga == SagaKinds.Choreography;
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                choreographed ? ChoreographyWatchdog.Name : nameof(OrderSaga),
                placed.OrderId,
                placed with
                {
                    IsRecorded = true,
                },
                choreographed ? placed.PlacedAt + FirstCheck(placed) : null,
                cancellation
            );
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false; // started before
        }
    }

    /// <summary>The delay until a choreographed order's time-out first checks it: the end of its approval, if that is sooner.</summary>
    private static TimeSpan? FirstCheck(PlacedOrder placed) =>
        placed.Approval is { } approval && approval.AppliesTo(placed.Total) && approval.Time < placed.StuckAfter
            ? approval.Time
            : placed.StuckAfter;
}
