using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>Derives the id of a child workflow without an explicit one.</summary>
internal static class ChildInstanceIds
{
    public static string Of(string parent, int actionId) => $"{parent}:{actionId & 0xffff:x4}";
}

/// <summary>
/// The message that creates a child. It follows from the parent's history, so that a parent that crashed between its commit and the
/// delivery to another app sends it again.
/// </summary>
internal static class ChildStart
{
    public static OutgoingMessage Of(Turn turn, HistoryEvent created, PropagatedHistory? propagated)
    {
        var child = created.ChildWorkflowInstanceCreated;
        var parent = turn.Execution.Started ?? turn.Events.First(e => e.ExecutionStarted is not null).ExecutionStarted;
        var started = new ExecutionStartedEvent
        {
            Name = child.Name,
            Input = child.Input,
            ParentTraceContext = child.ParentTraceContext,
            WorkflowInstance = new WorkflowInstance { InstanceId = child.InstanceId, ExecutionId = turn.NewId() },
            ParentInstance = new ParentInstanceInfo
            {
                TaskScheduledId = created.EventId,
                Name = parent.Name,
                WorkflowInstance = new WorkflowInstance
                {
                    InstanceId = turn.Execution.InstanceId,
                    ExecutionId = parent.WorkflowInstance?.ExecutionId,
                },
                AppID = turn.AppId,
            },
        };
        return new(
            child.InstanceId,
            TurnApplier.TargetOf(turn, created.Router),
            HistoryEvents.Started(turn.Now, started, created.Router),
            Propagated: propagated
        );
    }
}
