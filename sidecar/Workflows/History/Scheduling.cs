using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>The actions that open an operation: activities, timers, child and detached workflows.</summary>
internal static class Scheduling
{
    public static void Task(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.ScheduleTask;
        var scheduled = HistoryEvents.At(turn.Now, e =>
        {
            e.EventId = action.Id;
            e.Router = router;
            e.TaskScheduled = new TaskScheduledEvent
            {
                Name = requested.Name,
                Version = requested.Version,
                Input = requested.Input,
                TaskExecutionId = requested.TaskExecutionId,
                ParentTraceContext = TraceOf(turn),
            };
            if (requested.HasHistoryPropagationScope)
            {
                e.TaskScheduled.HistoryPropagationScope = requested.HistoryPropagationScope;
            }
        });
        if (!Open(turn, outcome, scheduled))
        {
            return;
        }

        var size = scheduled.CalculateSize();
        if (PayloadLimit.Exceeded(size, turn.MaxMessageBytes))
        {
            outcome.Stall = PayloadLimit.OfActivity(requested.Name, action.Id, size, turn.MaxMessageBytes!.Value);
        }
    }

    public static void Timer(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.CreateTimer;
        Open(turn, outcome, HistoryEvents.At(turn.Now, e =>
            {
                e.EventId = action.Id;
                e.Router = router;
                e.TimerCreated = new TimerCreatedEvent { FireAt = requested.FireAt };
                if (requested.HasName)
                {
                    e.TimerCreated.Name = requested.Name;
                }

                switch (requested.OriginCase)
                {
                    case CreateTimerAction.OriginOneofCase.CreateTimer:
                        e.TimerCreated.CreateTimer = requested.CreateTimer;
                        break;
                    case CreateTimerAction.OriginOneofCase.ExternalEvent:
                        e.TimerCreated.ExternalEvent = requested.ExternalEvent;
                        break;
                    case CreateTimerAction.OriginOneofCase.ActivityRetry:
                        e.TimerCreated.ActivityRetry = requested.ActivityRetry;
                        break;
                    case CreateTimerAction.OriginOneofCase.ChildWorkflowRetry:
                        e.TimerCreated.ChildWorkflowRetry = requested.ChildWorkflowRetry;
                        break;
                }
            }));
    }

    public static void Child(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.CreateChildWorkflow;
        // Derived from the parent's id, so that a repeated turn creates the same child.
        var id = requested.InstanceId is { Length: > 0 } given ? given : ChildInstanceIds.Of(turn.Execution.InstanceId, action.Id);
        var created = HistoryEvents.At(turn.Now, e =>
        {
            e.EventId = action.Id;
            e.Router = router;
            e.ChildWorkflowInstanceCreated = new ChildWorkflowInstanceCreatedEvent
            {
                InstanceId = id,
                Name = requested.Name,
                Version = requested.Version,
                Input = requested.Input,
                ParentTraceContext = TraceOf(turn),
            };
            if (requested.HasHistoryPropagationScope)
            {
                e.ChildWorkflowInstanceCreated.HistoryPropagationScope = requested.HistoryPropagationScope;
            }
        });
        if (!Open(turn, outcome, created))
        {
            return;
        }

        outcome.Messages.Add(
            ChildStart.Of(
                turn,
                created,
                Propagation.Assemble(turn.AppId, turn.Execution, outcome.Events, requested.HistoryPropagationScope)
            )
        );
    }

    public static void Detached(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        var requested = action.CreateDetachedWorkflow;
        if (requested.InstanceId.Length == 0)
        {
            throw new InvalidOperationException("A detached workflow needs an instance id.");
        }

        outcome.Events.Add(HistoryEvents.At(turn.Now, e =>
            {
                e.EventId = action.Id;
                e.Router = router;
                e.DetachedWorkflowInstanceCreated = new DetachedWorkflowInstanceCreatedEvent { InstanceId = requested.InstanceId };
            }));

        var started = new ExecutionStartedEvent
        {
            Name = requested.Name,
            Version = requested.Version,
            Input = requested.Input,
            ScheduledStartTimestamp = requested.ScheduledStartTimestamp,
            WorkflowInstance = new WorkflowInstance
            {
                InstanceId = requested.InstanceId,
                ExecutionId = string.IsNullOrEmpty(requested.ExecutionId) ? turn.NewId() : requested.ExecutionId,
            },
            ParentTraceContext = TraceContexts.Sane(requested.ParentTraceContext) ?? TraceOf(turn),
        };
        started.Tags.Add(requested.Tags);
        var target = TurnApplier.TargetOf(turn, router);
        // No way back to the caller: nothing of a detached workflow ever returns to it.
        var spawned = target is null ? null : new TaskRouter { TargetAppID = target };
        outcome.Messages.Add(new(requested.InstanceId, target, HistoryEvents.Started(turn.Now, started, spawned)));
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
