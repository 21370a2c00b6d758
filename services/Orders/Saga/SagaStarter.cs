using Dapr.Workflow;
using Grpc.Core;
using Orders.Choreography;
using ServiceDefaults.Events;

namespace Orders.Saga;

/// <summary>
/// Starts the workflow of a stored order: the saga itself, or the time-out of a choreographed one. Idempotent by order id, so an order
/// without a
/// workflow may be started again at any time.
/// </summary>
internal sealed class SagaStarter(IDaprWorkflowClient workflows, TimeProvider time)
{
    /// <summary>
    /// Ends a workflow that has not moved for <paramref name="longest"/>, so that it can be started again: the runtime that kept its timers
    /// and activities is
    /// gone, and this one has its records only. The steps of a saga are idempotent by order id, so its beginning finds what has been done.
    /// </summary>
    /// <returns>True if it was terminated; it can be started again once it has ended.</returns>
    public async Task<bool> EndAbandonedAsync(string instance, TimeSpan longest, CancellationToken cancellation)
    {
        var state = await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellation);
        if (!state.Exists || state.IsWorkflowCompleted || state.LastUpdatedAt + longest > time.GetUtcNow())
        {
            return false;
        }
        await workflows.TerminateWorkflowAsync(instance, null, cancellation);
        return true;
    }

    /// <summary>The delay until a choreographed order's time-out first checks it: the end of its approval, if that is sooner.</summary>
    private static TimeSpan? FirstLook(OrderSagaInput placed) =>
        placed.Approval is { } approval && approval.Ask(placed.Total) && approval.Time < placed.StuckAfter
            ? approval.Time
            : placed.StuckAfter;

    /// <returns>False if it runs already.</returns>
    public async Task<bool> StartAsync(OrderSagaInput placed, CancellationToken cancellation)
    {
        var choreographed = placed.Saga == SagaKinds.Choreography;
        try
        {
            await workflows.ScheduleNewWorkflowAsync(
                choreographed ? nameof(ChoreographyWatch) : nameof(OrderSaga),
                placed.OrderId,
                placed,
                choreographed ? placed.PlacedAt + FirstLook(placed) : null,
                cancellation
            );
            return true;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.AlreadyExists)
        {
            return false; // started before; the order itself says what has been done
        }
    }
}
