namespace Dapr.Workflow;

/// <param name="InstanceId">Null: an id derived from the parent's, the same on every replay.</param>
/// <param name="RetryPolicy">Null: a failure is final.</param>
/// <param name="TargetAppId">The app that runs the child; null stands for this app.</param>
/// <param name="PropagationScope">How much history the child gets to see.</param>
public record ChildWorkflowTaskOptions(
    string? InstanceId = null,
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
    : WorkflowTaskOptions(RetryPolicy, TargetAppId, PropagationScope)
{
    public new ChildWorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) =>
        this with { PropagationScope = scope };
}
