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
    public static Resolution? Of(HistoryEvent @event) =>
        @event.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.TaskCompleted => new(ResolutionKind.Task, @event.TaskCompleted.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.TaskFailed => new(ResolutionKind.Task, @event.TaskFailed.TaskScheduledId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted => new(
                ResolutionKind.Child,
                @event.ChildWorkflowInstanceCompleted.TaskScheduledId
            ),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed => new(
                ResolutionKind.Child,
                @event.ChildWorkflowInstanceFailed.TaskScheduledId
            ),
            HistoryEvent.EventTypeOneofCase.TimerFired => new(ResolutionKind.Timer, @event.TimerFired.TimerId),
            _ => null,
        };

    /// <summary>The operation that an event opens, or null.</summary>
    public static Resolution? OpenedBy(HistoryEvent @event) =>
        @event.EventTypeCase switch
        {
            HistoryEvent.EventTypeOneofCase.TaskScheduled => new(ResolutionKind.Task, @event.EventId),
            HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated => new(ResolutionKind.Child, @event.EventId),
            HistoryEvent.EventTypeOneofCase.TimerCreated => new(ResolutionKind.Timer, @event.EventId),
            _ => null,
        };
}
