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
    /// <returns>True if it was terminated; it can be started again once it has ended.</returns>
    public async Task<bool> EndAsync(string instance, TimeSpan longest, CancellationToken cancellation)
    {
        var state = await workflows.GetWorkflowStateAsync(instance, getInputsAndOutputs: false, cancellation);
        if (!state.Exists || state.IsWorkflowCompleted || state.LastUpdatedAt + longest > time.GetUtcNow())
        {
            return false;
        }
        await workflows.TerminateWorkflowAsync(instance, null, cancellation);
        return true;
    }
}
