namespace Dapr.Workflow;

/// <summary>An activity an ancestor called; input and output are as serialised there.</summary>
public sealed record PropagatedHistoryActivityResult(
    string Name,
    PropagatedHistoryStatus Status,
    string? Input,
    string? Output,
    WorkflowTaskFailureDetails? FailureDetails);
