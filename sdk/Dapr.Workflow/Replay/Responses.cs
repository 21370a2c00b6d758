using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Answers that need no run of the workflow's code.</summary>
internal static class Responses
{
    internal static WorkflowResponse Nothing(string instanceId) => new() { InstanceId = instanceId };

    internal static WorkflowResponse Terminated(string instanceId, string? output) => Completed(instanceId, new CompleteWorkflowAction
    {
        WorkflowStatus = OrchestrationStatus.Terminated,
        Result = output,
    });

    internal static WorkflowResponse Failed(string instanceId, TaskFailureDetails failure) =>
        Completed(instanceId, FailedCompletion(failure));

    internal static CompleteWorkflowAction FailedCompletion(TaskFailureDetails failure) => new()
    {
        WorkflowStatus = OrchestrationStatus.Failed,
        FailureDetails = failure,
    };

    private static WorkflowResponse Completed(string instanceId, CompleteWorkflowAction completion) => new()
    {
        InstanceId = instanceId,
        Actions = { new WorkflowAction { CompleteWorkflow = completion } },
    };
}
