using Google.Protobuf.WellKnownTypes;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>The public state of an instance.</summary>
internal static class InstanceState
{
    public static bool IsTerminal(OrchestrationStatus status) =>
        status
            is OrchestrationStatus.Completed
                or OrchestrationStatus.Failed
                or OrchestrationStatus.Terminated
                or OrchestrationStatus.Canceled;

    /// <summary>True for an instance whose first turn is still to come.</summary>
    public static bool IsUnbegun(WorkflowState state) => state is { WorkflowStatus: OrchestrationStatus.Pending, StartedAt: null };

    /// <summary>The state of an instance whose first turn is still to come: its times are daprd's zero times.</summary>
    public static WorkflowState Unbegun(string id) =>
        new()
        {
            InstanceId = id,
            WorkflowStatus = OrchestrationStatus.Pending,
            CreatedTimestamp = DateTimeOffset.MinValue.ToTimestamp(),
            LastUpdatedTimestamp = DateTimeOffset.MinValue.ToTimestamp(),
        };

    /// <param name="execution">The committed history.</param>
    /// <param name="waiting">The start event while it waits in the inbox.</param>
    /// <param name="continued">The execution follows another one, so it is running although its own history has yet to begin.</param>
    public static WorkflowState Of(Execution execution, HistoryEvent? waiting, bool continued)
    {
        var started = execution.Started ?? waiting?.ExecutionStarted;
        var status = execution.Status == OrchestrationStatus.Pending && continued ? OrchestrationStatus.Running : execution.Status;
        return new()
        {
            InstanceId = execution.InstanceId,
            Name = started?.Name ?? "",
            Version = execution.VersionName,
            WorkflowStatus = status,
            CreatedTimestamp = execution.CreatedAt ?? waiting?.Timestamp ?? new Timestamp(),
            LastUpdatedTimestamp = execution.UpdatedAt ?? waiting?.Timestamp ?? new Timestamp(),
            Input = started?.Input,
            Output = execution.Completed?.Result,
            CustomStatus = execution.CustomStatus,
            FailureDetails = execution.Completed?.FailureDetails,
            ParentInstanceId = started?.ParentInstance?.WorkflowInstance?.InstanceId,
            ParentAppId = started?.ParentInstance is { HasAppID: true } parent ? parent.AppID : null,
            StartedAt = execution.History.Count > 0 ? execution.History[0].Timestamp : null,
        };
    }
}
