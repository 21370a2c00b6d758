using Dapr.Workflow.Protocol;
using Google.Protobuf.WellKnownTypes;

namespace Dapr.Workflow.Tests.Replay;

/// <summary>Events of a history, in the order and numbering sidecars write them.</summary>
internal static class Given
{
    internal static readonly DateTime Start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    internal static HistoryEvent TurnStarted(int second = 0, params string[] patches) => new()
    {
        EventId = -1,
        Timestamp = Timestamp.FromDateTime(Start.AddSeconds(second)),
        WorkflowStarted = new WorkflowStartedEvent
        {
            Version = patches.Length == 0 ? null : new WorkflowVersion { Name = "flow", Patches = { patches } },
        },
    };

    internal static HistoryEvent Started(string? input = null, string name = "flow", TaskRouter? router = null) => new()
    {
        EventId = -1,
        Timestamp = Timestamp.FromDateTime(Start),
        ExecutionStarted = new ExecutionStartedEvent { Name = name, Input = input },
        Router = router,
    };

    internal static HistoryEvent Scheduled(int id, string name) => new() { EventId = id, TaskScheduled = new TaskScheduledEvent { Name = name } };

    internal static HistoryEvent Completed(int id, string? result = null) =>
        new() { EventId = -1, TaskCompleted = new TaskCompletedEvent { TaskScheduledId = id, Result = result } };

    internal static HistoryEvent Failed(int id, string message = "boom", string type = "System.InvalidOperationException") =>
        new() { EventId = -1, TaskFailed = new TaskFailedEvent { TaskScheduledId = id, FailureDetails = Failure(type, message) } };

    internal static HistoryEvent TimerCreated(int id, int second = 60) =>
        new() { EventId = id, TimerCreated = new TimerCreatedEvent { FireAt = Timestamp.FromDateTime(Start.AddSeconds(second)) } };

    internal static HistoryEvent TimerFired(int id) => new() { EventId = -1, TimerFired = new TimerFiredEvent { TimerId = id } };

    internal static HistoryEvent Raised(string name, string? input = null) =>
        new() { EventId = -1, EventRaised = new EventRaisedEvent { Name = name, Input = input } };

    internal static HistoryEvent Sent(int id, string name) => new() { EventId = id, EventSent = new EventSentEvent { Name = name } };

    internal static HistoryEvent ChildCreated(int id, string name, string instanceId = "child") => new()
    {
        EventId = id,
        ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent { Name = name, InstanceId = instanceId },
    };

    internal static HistoryEvent ChildCompleted(int id, string? result = null) => new()
    {
        EventId = -1,
        ChildWorkflowInstanceCompleted = new ChildWorkflowInstanceCompletedEvent { TaskScheduledId = id, Result = result },
    };

    internal static HistoryEvent ChildFailed(int id, string message = "boom") => new()
    {
        EventId = -1,
        ChildWorkflowInstanceFailed = new ChildWorkflowInstanceFailedEvent { TaskScheduledId = id, FailureDetails = Failure("T", message) },
    };

    internal static HistoryEvent Suspended() => new() { EventId = -1, ExecutionSuspended = new ExecutionSuspendedEvent() };

    internal static HistoryEvent Resumed() => new() { EventId = -1, ExecutionResumed = new ExecutionResumedEvent() };

    internal static HistoryEvent Terminated(string? output = null) =>
        new() { EventId = -1, ExecutionTerminated = new ExecutionTerminatedEvent { Input = output } };

    private static TaskFailureDetails Failure(string type, string message) => new() { ErrorType = type, ErrorMessage = message };
}
