using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>What a turn starts from.</summary>
/// <param name="Name">Of the workflow.</param>
/// <param name="InstanceId">Stays the same over all executions of the instance.</param>
/// <param name="ExecutionId">Changes with continue-as-new; null where the sidecar sends none.</param>
/// <param name="AppId">The app that runs the workflow; null where the history does not say.</param>
/// <param name="Input">As serialised; null or empty for none.</param>
/// <param name="Past">Events of earlier turns, to be replayed.</param>
/// <param name="Recent">Events that came since, to be decided on.</param>
/// <param name="StartedAt">What the workflow takes for the time until the first event sets it.</param>
/// <param name="Lineage">What callers handed down; null for nothing.</param>
internal sealed record Execution(
    string Name,
    string InstanceId,
    string? ExecutionId,
    string? AppId,
    string? Input,
    IReadOnlyList<HistoryEvent> Past,
    IReadOnlyList<HistoryEvent> Recent,
    DateTime StartedAt,
    PropagatedHistory? Lineage);
