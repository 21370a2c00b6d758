using Google.Protobuf.WellKnownTypes;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>The actions that open something: activities, timers, child and detached workflows.</summary>
internal static class Scheduling
{
    public static void Task(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var asked = action.ScheduleTask;
        var scheduled = HistoryEvents.At(turn.Now, e =>
        {
            e.EventId = action.Id;
            e.Router = router;
            e.TaskScheduled = new TaskScheduledEvent
            {
                Name = asked.Name,
                Version = asked.Version,
                Input = asked.Input,
                TaskExecutionId = asked.TaskExecutionId,
                ParentTraceContext = TraceOf(turn),
            };
            if (asked.HasHistoryPropagationScope)
            {
                e.TaskScheduled.HistoryPropagationScope = asked.HistoryPropagationScope;
            }
        });
        if (!Open(turn, outcome, scheduled))
        {
            return;
        }

        var size = scheduled.CalculateSize();
        if (PayloadLimit.Exceeded(size, turn.MaxMessageBytes))
        {
            outcome.Stall = PayloadLimit.OfActivity(asked.Name, action.Id, size, turn.MaxMessageBytes!.Value);
        }
    }

    public static void Timer(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var asked = action.CreateTimer;
        Open(turn, outcome, HistoryEvents.At(turn.Now, e =>
            {
                e.EventId = action.Id;
                e.Router = router;
                e.TimerCreated = new TimerCreatedEvent { FireAt = asked.FireAt };
                if (asked.HasName)
                {
                    e.TimerCreated.Name = asked.Name;
                }

                switch (asked.OriginCase)
                {
                    case CreateTimerAction.OriginOneofCase.CreateTimer:
                        e.TimerCreated.CreateTimer = asked.CreateTimer;
                        break;
                    case CreateTimerAction.OriginOneofCase.ExternalEvent:
                        e.TimerCreated.ExternalEvent = asked.ExternalEvent;
                        break;
                    case CreateTimerAction.OriginOneofCase.ActivityRetry:
                        e.TimerCreated.ActivityRetry = asked.ActivityRetry;
                        break;
                    case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                        e.TimerCreated.ChildWorkflowRetry = asked.ChildWorkflowRetry;
                        break;
                }
            }));
    }

    public static void Child(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var asked = action.CreateChildWorkflow;
        // Derived from the parent's id, so that a repeated turn creates the same child.
        var id = asked.InstanceId is { Length: > 0 } given ? given : ChildInstanceIds.Of(turn.Execution.InstanceId, action.Id);
        var created = HistoryEvents.At(turn.Now, e =>
        {
            e.EventId = action.Id;
            e.Router = router;
            e.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
            {
                InstanceId = id,
                Name = asked.Name,
                Version = asked.Version,
                Input = asked.Input,
                ParentTraceContext = TraceOf(turn),
            };
            if (asked.HasHistoryPropagationScope)
            {
                e.ChildWorkflowInstanceCreated.HistoryPropagationScope = asked.HistoryPropagationScope;
            }
        });
        if (!Open(turn, outcome, created))
        {
            return;
        }

        outcome.Messages.Add(
            ChildStart.Of(turn, created, Propagation.Assemble(turn.AppId, turn.Execution, outcome.Events, asked.HistoryPropagationScope))
        );
    }

    public static void Detached(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var asked = action.CreateDetachedWorkflow;
        if (asked.InstanceId.Length == 0)
        {
            throw new InvalidOperationException("A detached workflow needs an instance id.");
        }

        outcome.Events.Add(HistoryEvents.At(turn.Now, e =>
            {
                e.EventId = action.Id;
                e.Router = router;
                e.DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = asked.InstanceId };
            }));

        var started = new ExecutionStartedEvent
        {
            Name = asked.Name,
            Version = asked.Version,
            Input = asked.Input,
            ScheduledStartTimestamp = asked.ScheduledStartTimestamp,
            WorkflowInstance = new WorkflowInstance
            {
                InstanceId = asked.InstanceId,
                ExecutionId = string.IsNullOrEmpty(asked.ExecutionId) ? turn.NewId() : asked.ExecutionId,
            },
            ParentTraceContext = TraceContexts.Sane(asked.ParentTraceContext) ?? TraceOf(turn),
        };
        started.Tags.Add(asked.Tags);
        var target = TurnApplier.TargetOf(turn, router);
        // No way back to the caller: nothing of a detached workflow ever returns to it.
        var spawned = target is null ? null : new TaskRouter { TargetAppID = target };
        outcome.Messages.Add(new(asked.InstanceId, target, HistoryEvents.Started(turn.Now, started, spawned)));
    }

    private static bool Open(Turn turn, TurnOutcome outcome, HistoryEvent opening)
    {
        if (turn.Execution.WasOpened(Resolution.OpenedBy(opening)!.Value))
        {
            outcome.Repeated.Add(opening.EventId);
            return false;
        }

        outcome.Events.Add(opening);
        return true;
    }

    private static TraceContext? TraceOf(Turn turn) =>
        WorkflowSpans.Below(turn.Execution.Started ?? turn.Events.FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted);
}
