using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

internal enum ResolutionKind
{
    Task,
    Child,
    Timer,
}

/// <summary>
/// The task, child or timer that an event completes, which the history opened under <paramref name="Id"/>. Completed once only.
/// </summary>
internal readonly record struct Resolution(ResolutionKind Kind, int Id)
{
    /// <summary>Null for events that complete nothing and may therefore repeat, such as a raised event.</summary>
    public static Resolution? Of(HistoryEvent happened) =>
        happened.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.TaskCompleted => new(ResolutionKind.Task, happened.TaskCompleted.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.TaskFailed => new(ResolutionKind.Task, happened.TaskFailed.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => new(
                ResolutionKind.Child,
                happened.ChildWorkflowInstanceCompleted.TaskScheduledId
            ),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => new(
                ResolutionKind.Child,
                happened.ChildWorkflowInstanceFailed.TaskScheduledId
            ),
            HistoryEvent.EventTypeOneofCase.TimerFired => new(ResolutionKind.Timer, happened.TimerFired.TimerId),
            _ => null,
        };

    /// <summary>The operation that an event opens, or null.</summary>
    public static Resolution? OpenedBy(HistoryEvent happened) =>
        happened.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.TaskScheduled => new(ResolutionKind.Task, happened.EventId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => new(ResolutionKind.Child, happened.EventId),
            HistoryEvent.EventTypeOneofCase.TimerCreated => new(ResolutionKind.Timer, happened.EventId),
            _ => null,
        };
}
