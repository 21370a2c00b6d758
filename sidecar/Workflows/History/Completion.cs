using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>Completes an execution: by its result, by termination, or by continue-as-new.</summary>
internal static class Completion
{
    public const string TerminatedErrorType = "WorkflowTerminated";

    public static void Apply(Turn turn, TurnOutcome outcome, WorkflowAction action, TaskRouter router)
    {
        // The first completion of an answer counts; a later one must not change the outcome.
        if (outcome.Events.Exists(e => e.ExecutionCompleted is not null))
        {
            return;
        }

        var requested = action.CompleteWorkflow;
        if (requested.WorkflowStatus == OrchestrationStatus.ContinuedAsNew)
        {
            outcome.Next = ContinueAsNew(turn, requested, router);
            return;
        }

        var completed = HistoryEvents.Completed(turn.Now, action.Id, requested.WorkflowStatus, requested.Result, requested.FailureDetails);
        completed.Router = router;
        Complete(turn, outcome, completed);
    }

    /// <summary>Ends the execution without a worker: a terminated workflow must end even if its app is down.</summary>
    public static TurnOutcome Terminate(Turn turn)
    {
        var outcome = new TurnOutcome { CustomStatus = turn.Execution.CustomStatus };
        outcome.Events.AddRange(turn.Events);
        var requested = turn.Events.First(e => e.ExecutionTerminated is not null).ExecutionTerminated;
        Complete(
            turn,
            outcome,
            HistoryEvents.Completed(turn.Now, HistoryEvents.NoId, OrchestrationStatus.Terminated, requested.Input, failure: null)
        );
        if (requested.Recurse)
        {
            outcome.Messages.AddRange(Messaging.Cascade(turn, turn.Execution.Children, requested.Input));
        }

        return outcome;
    }

    private static void Complete(Turn turn, TurnOutcome outcome, HistoryEvent completed)
    {
        outcome.Events.Add(completed);
        if (ToParent(turn, outcome.Events, completed) is { } message)
        {
            outcome.Messages.Add(message);
        }
    }

    /// <summary>
    /// The notification of the parent, if there is one. It follows from the child's history, so that it can be sent again after a crash.
    /// </summary>
    public static OutgoingMessage? ToParent(Turn turn, IEnumerable<HistoryEvent> events, HistoryEvent completion)
    {
        var started = turn.Execution.Started ?? events.FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted;
        if (started?.ParentInstance is not { } parent)
        {
            return null;
        }

        var completed = completion.ExecutionCompleted;
        var target = parent.HasAppID && parent.AppID.Length > 0 && parent.AppID != turn.AppId ? parent.AppID : null;
        var notification = HistoryEvents.At(turn.Now, e =>
        {
            e.Router = new TaskRouter { SourceAppID = turn.AppId };
            if (parent.HasAppID)
            {
                e.Router.TargetAppID = parent.AppID;
            }

            if (completed.WorkflowStatus == OrchestrationStatus.Completed)
            {
                e.ChildWorkflowInstanceCompleted = new() { TaskScheduledId = parent.TaskScheduledId, Result = completed.Result };
            }
            else
            {
                e.ChildWorkflowInstanceFailed = new()
                {
                    TaskScheduledId = parent.TaskScheduledId,
                    FailureDetails = completed.FailureDetails ?? Unexplained(turn.Execution.InstanceId, completed.WorkflowStatus),
                };
            }
        });
        return new(parent.WorkflowInstance.InstanceId, target, notification, parent.WorkflowInstance.ExecutionId);
    }

    private static Continuation ContinueAsNew(Turn turn, CompleteWorkflowAction requested, TaskRouter router)
    {
        var old = turn.Execution.Started ?? turn.Events.First(e => e.ExecutionStarted is not null).ExecutionStarted;
        var started = new ExecutionStartedEvent
        {
            Name = old.Name,
            Input = requested.Result,
            ParentInstance = old.ParentInstance,
            WorkflowInstance = new WorkflowInstance { InstanceId = turn.Execution.InstanceId, ExecutionId = turn.NewId() },
            // A new trace: an eternal workflow would otherwise grow one trace without end.
            ParentTraceContext = old.ParentTraceContext is null ? null : TraceContexts.NewRoot(turn.NewId),
        };
        var incoming = turn.Execution.Incoming is { } received
            ? Propagation.Assemble(turn.AppId, turn.Execution, turn.Events, received.Scope)
            : null;
        return new([HistoryEvents.Started(turn.Now, started, router), .. requested.CarryoverEvents], incoming);
    }

    private static TaskFailureDetails Unexplained(string instance, OrchestrationStatus status) =>
        new()
        {
            ErrorType = TerminatedErrorType,
            ErrorMessage = $"Child workflow '{instance}' ended as {status} without a result.",
            StackTrace = "",
            IsNonRetriable = true,
        };
}
