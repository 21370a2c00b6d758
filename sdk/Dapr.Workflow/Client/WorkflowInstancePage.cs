namespace Dapr.Workflow.Client;

/// <param name="InstanceIds">The ids of this page.</param>
/// <param name="ContinuationToken">For the next page; null on the last one.</param>
public sealed record WorkflowInstancePage(IReadOnlyList<string> InstanceIds, string? ContinuationToken);
