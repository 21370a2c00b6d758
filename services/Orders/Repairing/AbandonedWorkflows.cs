using Dapr.Workflow;

namespace Orders.Repairing;

/// <summary>Ends workflows whose runtime is gone.</summary>
internal sealed class AbandonedWorkflows(IDaprWorkflowClient workflows, TimeProvider time)
{
    /// <summary>
    /// Ends a workflow that has not moved for <paramref name="longest"/>, so that it can be started again: the runtime that kept its timers
    /// and activities is gone, and this one has its records only. The steps of a saga are idempotent by order id, so its beginning finds
    /// what has been done.
    /// </summary>
    /// <param name="orderUpdatedAt">The order's last event. A workflow that waits for its start has no time of its own yet.</param>
    /// <returns>True if it was terminated; it can be started again once it has ended.</returns>
    public async Task<bool> EndAsync(string instance, DateTimeOffset orderUpdatedAt, TimeSpan longest, CancellationToken cancellation)
    {
        var state = await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellation);
        if (!state.Exists || state.IsWorkflowCompleted || !HasStopped(state.LastUpdatedAt, orderUpdatedAt, longest, time.GetUtcNow()))
        {
            return false;
        }
        await workflows.TerminateWorkflowAsync(instance, null, cancellation);
        return true;
    }

    /// <param name="updatedAt">The workflow's last step; Dapr gives year 1 until its start time.</param>
    internal static bool HasStopped(DateTimeOffset updatedAt, DateTimeOffset orderUpdatedAt, TimeSpan longest, DateTimeOffset now) =>
        (updatedAt > orderUpdatedAt ? updatedAt : orderUpdatedAt) + longest <= now;
}
