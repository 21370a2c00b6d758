namespace Dapr.Workflow;

/// <param name="RetryPolicy">Null: a failure is final.</param>
/// <param name="TargetAppId">The app that runs the task; null stands for this app.</param>
/// <param name="PropagationScope">How much history the task gets to see.</param>
public record WorkflowTaskOptions(
    WorkflowRetryPolicy? RetryPolicy = null,
    string? TargetAppId = null,
    HistoryPropagationScope PropagationScope = HistoryPropagationScope.None)
{
    public WorkflowTaskOptions WithHistoryPropagation(HistoryPropagationScope scope) => this with { PropagationScope = scope };
}
