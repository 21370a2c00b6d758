using Dapr.Workflow.Protocol;
using Kind = Dapr.Workflow.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Replay;

/// <summary>The actions the history records, by event id.</summary>
internal sealed class RecordedSteps
{
    private readonly Dictionary<int, HistoryEvent> _byId = [];

    internal RecordedSteps(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> recent)
    {
        Add(past);
        Add(recent);
    }

    internal HistoryEvent? At(int id) => _byId.GetValueOrDefault(id);

    /// <summary>Children can be told by their instance id where a runtime numbers events in its own way.</summary>
    internal HistoryEvent? Child(string instanceId) => _byId.Values.FirstOrDefault(
        recorded => recorded.ChildWorkflowInstanceCreated is { } child && child.InstanceId == instanceId);

    internal static bool Fits(HistoryEvent recorded, ActionKind kind, string name) => recorded.EventTypeCase switch
    {
        Kind.TaskScheduled => kind == ActionKind.Activity && Lookup.Matches(recorded.TaskScheduled.Name, name),
        Kind.ChildWorkflowInstanceCreated =>
            kind == ActionKind.ChildWorkflow && Lookup.Matches(recorded.ChildWorkflowInstanceCreated.Name, name),
        Kind.TimerCreated => kind == ActionKind.Timer,
        Kind.EventSent => kind == ActionKind.SendEvent && Lookup.Matches(recorded.EventSent.Name, name),
        _ => false,
    };

    internal static string Describe(HistoryEvent recorded) => recorded.EventTypeCase switch
    {
        Kind.TaskScheduled => Describe(ActionKind.Activity, recorded.TaskScheduled.Name),
        Kind.ChildWorkflowInstanceCreated => Describe(ActionKind.ChildWorkflow, recorded.ChildWorkflowInstanceCreated.Name),
        Kind.TimerCreated => Describe(ActionKind.Timer, string.Empty),
        Kind.EventSent => Describe(ActionKind.SendEvent, recorded.EventSent.Name),
        _ => recorded.EventTypeCase.ToString(),
    };

    internal static string Describe(ActionKind kind, string name) => kind switch
    {
        ActionKind.Activity => $"activity '{name}'",
        ActionKind.ChildWorkflow => $"child workflow '{name}'",
        ActionKind.Timer => "a timer",
        ActionKind.SendEvent => $"sending event '{name}'",
        _ => "continue-as-new",
    };

    private void Add(IReadOnlyList<HistoryEvent> events)
    {
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i].EventTypeCase is Kind.TaskScheduled or Kind.ChildWorkflowInstanceCreated or Kind.TimerCreated or Kind.EventSent)
            {
                _byId.TryAdd(events[i].EventId, events[i]);
            }
        }
    }
}
