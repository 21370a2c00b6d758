using Google.Protobuf.WellKnownTypes;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>Makes history events. Events that no action of the workflow caused carry the id -1, as the protocol has it.</summary>
internal static class HistoryEvents
{
    public const int NoId = -1;

    public static HistoryEvent TurnStarted(DateTimeOffset at) => At(at, e => e.WorkflowStarted = new WorkflowStartedEvent());

    public static HistoryEvent Started(DateTimeOffset at, ExecutionStartedEvent started, TaskRouter? router = null) => At(at, e =>
        {
            e.ExecutionStarted = started;
            e.Router = router;
        });

    public static HistoryEvent Completed(
        DateTimeOffset at,
        int id,
        OrchestrationStatus status,
        string? result,
        TaskFailureDetails? failure
    ) => At(at, e =>
        {
            e.EventId = id;
            e.ExecutionCompleted = new ExecutionCompletedEvent
            {
                WorkflowStatus = status,
                Result = result,
                FailureDetails = failure,
            };
        });

    public static HistoryEvent TaskCompleted(DateTimeOffset at, HistoryEvent scheduled, string? result) => At(at, e =>
        {
            e.Router = scheduled.Router;
            e.TaskCompleted = new TaskCompletedEvent
            {
                TaskScheduledId = scheduled.EventId,
                TaskExecutionId = scheduled.TaskScheduled.TaskExecutionId,
                Result = result,
            };
        });

    public static HistoryEvent TaskFailed(DateTimeOffset at, HistoryEvent scheduled, TaskFailureDetails failure) => At(at, e =>
        {
            e.Router = scheduled.Router;
            e.TaskFailed = new TaskFailedEvent
            {
                TaskScheduledId = scheduled.EventId,
                TaskExecutionId = scheduled.TaskScheduled.TaskExecutionId,
                FailureDetails = failure,
            };
        });

    public static HistoryEvent ChildFailed(DateTimeOffset at, int scheduledId, TaskFailureDetails failure) =>
        At(at, e =>
            e.ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = scheduledId, FailureDetails = failure }
        );

    public static HistoryEvent TimerFired(DateTimeOffset at, HistoryEvent created) =>
        At(at, e => e.TimerFired = new TimerFiredEvent { TimerId = created.EventId, FireAt = created.TimerCreated.FireAt });

    public static HistoryEvent Raised(DateTimeOffset at, string name, string? input) =>
        At(at, e => e.EventRaised = new EventRaisedEvent { Name = name, Input = input });

    public static HistoryEvent Terminated(DateTimeOffset at, string? output, bool recurse) =>
        At(at, e => e.ExecutionTerminated = new ExecutionTerminatedEvent { Input = output, Recurse = recurse });

    public static HistoryEvent Suspended(DateTimeOffset at, string? reason) =>
        At(at, e => e.ExecutionSuspended = new ExecutionSuspendedEvent { Input = reason });

    public static HistoryEvent Resumed(DateTimeOffset at, string? reason) =>
        At(at, e => e.ExecutionResumed = new ExecutionResumedEvent { Input = reason });

    public static HistoryEvent Stalled(DateTimeOffset at, Stall stall) =>
        At(at, e => e.ExecutionStalled = new ExecutionStalledEvent { Reason = stall.Reason, Description = stall.Description });

    public static HistoryEvent At(DateTimeOffset at, Action<HistoryEvent> fill)
    {
        var @event = new HistoryEvent { EventId = NoId, Timestamp = Timestamp.FromDateTimeOffset(at) };
        fill(@event);
        return @event;
    }
}
