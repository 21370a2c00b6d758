namespace Dapr.Workflow;

/// <summary>A child workflow an ancestor called; the output is as serialised there.</summary>
public sealed record PropagatedHistoryWorkflowResult(
    string Name,
    PropagatedHistoryStatus Status,
    string? Output,
    WorkflowTaskFailureDetails? FailureDetails);
