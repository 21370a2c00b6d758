using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>The actions that only send a message to another instance.</summary>
internal static class Messaging
{
    public static void SendEvent(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.SendEvent;
        outcome.Events.Add(HistoryEvents.At(turn.Now, e =>
            {
                e.EventId = action.Id;
                e.Router = router;
                e.EventSent = new EventSentEvent
                {
                    InstanceId = requested.Instance.InstanceId,
                    Name = requested.Name,
                    Input = requested.Data,
                };
            }));
        outcome.Messages.Add(
            new(
                requested.Instance.InstanceId,
                TurnApplier.TargetOf(turn, router),
                HistoryEvents.Raised(turn.Now, requested.Name, requested.Data)
            )
        );
    }

    public static void Terminate(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.TerminateWorkflow;
        outcome.Messages.Add(
            new(
                requested.InstanceId,
                TurnApplier.TargetOf(turn, router),
                HistoryEvents.Terminated(turn.Now, requested.Reason, requested.Recurse)
            )
        );
    }

    /// <summary>Creates one termination per child; finished children ignore it.</summary>
    public static IEnumerable<OutgoingMessage> Cascade(Turn turn, IEnumerable<HistoryEvent> children, string? output) =>
        children
            .DistinctBy(c => c.ChildWorkflowInstanceCreated.InstanceId)
            .Select(c => new OutgoingMessage(
                c.ChildWorkflowInstanceCreated.InstanceId,
                TurnApplier.TargetOf(turn, c.Router),
                HistoryEvents.Terminated(turn.Now, output, recurse: true)
            ));
}
