using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>Sends a batch of events to a worker as a turn, and turns its answer into a step.</summary>
internal sealed class InstanceTurns(WorkflowRuntime runtime, Instance instance, InstanceContents contents, InstanceSteps steps)
{
    public async ValueTask BeginAsync(List<Message> batch)
    {
        contents.Inbox.Take(batch);
        List<HistoryEvent> events = [HistoryEvents.TurnStarted(runtime.Now), .. batch.Select(m => m.Event)];
        var turn = contents.Turn = new OutstandingTurn(batch, events);
        var execution = contents.Execution;
        runtime.Spans.Turn(execution, events);
        var bytes = execution.Bytes + events.Sum(e => (long)e.CalculateSize()) + (execution.Incoming?.CalculateSize() ?? 0);
        if (runtime.Options.LargestBody is { } largest)
        {
            runtime.Meter.TurnSize(NameOf(turn), (double)bytes / largest);
        }

        // Termination and suspension are the engine's own affair: they must not depend on a worker being there, or willing.
        if (events[^1].ExecutionTerminated is not null)
        {
            await steps.StepAsync(turn, Completion.Terminate(Facts(turn)));
            return;
        }

        if (batch is [{ Event.ExecutionSuspended: not null }])
        {
            var outcome = new TurnOutcome { CustomStatus = execution.CustomStatus };
            outcome.Events.AddRange(events);
            await steps.StepAsync(turn, outcome);
            return;
        }

        if (PayloadLimit.Exceeded(bytes, runtime.Options.MaxMessageBytes))
        {
            await AbandonAsync(PayloadLimit.OfWorkflow(bytes, runtime.Options.MaxMessageBytes!.Value));
            return;
        }

        HandOut(turn);
    }

    private void HandOut(OutstandingTurn current)
    {
        var request = new WorkflowRequest
        {
            InstanceId = contents.Id,
            ExecutionId = ExecutionIdOf(current),
            PastEvents = { contents.Execution.History },
            NewEvents = { current.Events },
            PropagatedHistory = contents.Execution.Incoming,
        };
        current.WorkItemLease = new WorkItemLease(
            new WorkItem { WorkflowRequest = request },
            WorkKeys.Turn(contents.Id),
            new LeaseCallbacks(
                answer =>
                {
                    // Not awaited: a lost answer is requested again.
                    instance.Post(() => current.Response = (WorkflowResponse)answer);
                    return Task.FromResult<WorkflowRefusal?>(null);
                },
                reason => instance.Post(() => current.Undeliverable = reason),
                () => { }
            )
        );
        if (current.Batch.Exists(m => m.NeedsSaving))
        {
            StartGrace(current);
        }

        runtime.Queue.Enqueue(current.WorkItemLease);
    }

    private void StartGrace(OutstandingTurn current)
    {
        if (runtime.Options.SaveGrace <= TimeSpan.Zero)
        {
            current.GraceIsOver = true;
        }
        else
        {
            current.Grace = runtime.Timers.Schedule(runtime.Now + runtime.Options.SaveGrace, () =>
                instance.Post(() => current.GraceIsOver = true)
            );
        }
    }

    public async ValueTask FinishAsync(OutstandingTurn current, WorkflowResponse response)
    {
        TurnOutcome outcome;
        try
        {
            outcome = TurnApplier.Apply(Facts(current), response);
        }
        catch (InvalidOperationException invalid)
        {
            // The same answer would be repeated without end, so the instance fails instead.
            runtime.Logger.AnswerInvalid(invalid, contents.Id);
            outcome = TurnApplier.Apply(Facts(current), Failure(invalid));
        }

        MeasureActivities(current, outcome);
        if (outcome.Repeated.Count > 0)
        {
            runtime.Logger.ActionsRepeated(contents.Id, outcome.Repeated);
        }

        if (outcome.Stall is { } stall)
        {
            await AbandonAsync(stall);
        }
        else if (outcome.Next is { } next)
        {
            await steps.ContinueAsNewAsync(current, outcome, next);
        }
        else
        {
            await steps.StepAsync(current, outcome);
        }
    }

    /// <summary>Discards the turn; its messages wait again, behind the stall.</summary>
    public async ValueTask AbandonAsync(Stall stall)
    {
        Withdraw();
        instance.IsBlocked = true;
        await steps.StallAsync(stall);
    }

    /// <summary>Withdraws the turn from the worker. Its messages return to their places in the inbox.</summary>
    public void Withdraw()
    {
        if (contents.Turn is not { } turn)
        {
            return;
        }

        if (turn.WorkItemLease is { } lease)
        {
            runtime.Queue.Withdraw(lease);
        }

        turn.Grace?.Dispose();
        contents.Inbox.PutBack(turn.Batch);
        contents.Turn = null;
    }

    private Turn Facts(OutstandingTurn current) =>
        new(runtime.AppId, contents.Execution, current.Events, runtime.Now, WorkflowRuntime.NewId, runtime.Options.MaxMessageBytes);

    private string? ExecutionIdOf(OutstandingTurn current) =>
        current.Events.Find(e => e.ExecutionStarted is not null)?.ExecutionStarted.WorkflowInstance?.ExecutionId
        ?? contents.Execution.ExecutionId;

    private string NameOf(OutstandingTurn current) =>
        (contents.Execution.Started ?? current.Events.Find(e => e.ExecutionStarted is not null)?.ExecutionStarted)?.Name ?? "";

    /// <summary>Includes an activity that is too large and stalls the instance.</summary>
    private void MeasureActivities(OutstandingTurn current, TurnOutcome outcome)
    {
        if (runtime.Options.LargestBody is not { } largest)
        {
            return;
        }

        foreach (var scheduled in outcome.Events.Where(e => e.TaskScheduled is not null))
        {
            runtime.Meter.ActivitySize(NameOf(current), scheduled.TaskScheduled.Name, (double)scheduled.CalculateSize() / largest);
        }
    }

    private static WorkflowResponse Failure(InvalidOperationException invalid) =>
        new()
        {
            Actions =
            {
                new WorkflowAction
                {
                    Id = HistoryEvents.NoId,
                    CompleteWorkflow = new CompleteWorkflowAction
                    {
                        WorkflowStatus = OrchestrationStatus.Failed,
                        FailureDetails = new TaskFailureDetails
                        {
                            ErrorType = "InvalidWorkflowAction",
                            ErrorMessage = invalid.Message,
                            StackTrace = "",
                            IsNonRetriable = true,
                        },
                    },
                },
            },
        };
}
