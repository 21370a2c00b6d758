using Dapr.Workflow.Protocol;
using Kind = Dapr.Workflow.Protocol.HistoryEvent.EventTypeOneofCase;

namespace Dapr.Workflow.Lineage;

/// <summary>Decodes the history an ancestor hands down. Signatures are not checked (see Scope.md).</summary>
internal static class LineageReader
{
    internal static PropagatedHistory? Read(Protocol.PropagatedHistory? wire) =>
        wire is { Chunks.Count: > 0 } ? new PropagatedHistory([.. wire.Chunks.Select(Read)]) : null;

    private static PropagatedHistoryEvent Read(PropagatedHistoryChunk chunk)
    {
        var events = chunk.RawEvents.Select(HistoryEvent.Parser.ParseFrom).ToList();
        var outcomes = new Dictionary<int, HistoryEvent>();
        foreach (var outcome in events)
        {
            if (CallOf(outcome) is { } call)
            {
                outcomes[call] = outcome;
            }
        }

        return new PropagatedHistoryEvent(
            chunk.InstanceId,
            chunk.AppId,
            chunk.WorkflowName,
            [.. events.Where(call => call.EventTypeCase == Kind.TaskScheduled).Select(call => Activity(call, outcomes))],
            [.. events.Where(call => call.EventTypeCase == Kind.ChildWorkflowInstanceCreated).Select(call => Child(call, outcomes))]);
    }

    /// <summary>The event id of the call that an event is the outcome of.</summary>
    private static int? CallOf(HistoryEvent outcome) => outcome.EventTypeCase switch
    {
        Kind.TaskCompleted => outcome.TaskCompleted.TaskScheduledId,
        Kind.TaskFailed => outcome.TaskFailed.TaskScheduledId,
        Kind.ChildWorkflowInstanceCompleted => outcome.ChildWorkflowInstanceCompleted.TaskScheduledId,
        Kind.ChildWorkflowInstanceFailed => outcome.ChildWorkflowInstanceFailed.TaskScheduledId,
        _ => null,
    };

    private static PropagatedHistoryActivityResult Activity(HistoryEvent call, Dictionary<int, HistoryEvent> outcomes)
    {
        var outcome = outcomes.GetValueOrDefault(call.EventId);
        return new PropagatedHistoryActivityResult(
            call.TaskScheduled.Name,
            Status(outcome),
            call.TaskScheduled.Input,
            outcome?.TaskCompleted?.Result,
            Failures.FromWire(outcome?.TaskFailed?.FailureDetails));
    }

    private static PropagatedHistoryWorkflowResult Child(HistoryEvent call, Dictionary<int, HistoryEvent> outcomes)
    {
        var outcome = outcomes.GetValueOrDefault(call.EventId);
        return new PropagatedHistoryWorkflowResult(
            call.ChildWorkflowInstanceCreated.Name,
            Status(outcome),
            outcome?.ChildWorkflowInstanceCompleted?.Result,
            Failures.FromWire(outcome?.ChildWorkflowInstanceFailed?.FailureDetails));
    }

    private static PropagatedHistoryStatus Status(HistoryEvent? outcome) => outcome?.EventTypeCase switch
    {
        null => PropagatedHistoryStatus.Pending,
        Kind.TaskCompleted or Kind.ChildWorkflowInstanceCompleted => PropagatedHistoryStatus.Completed,
        _ => PropagatedHistoryStatus.Failed,
    };
}
