using Sidecar.Timers;
using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Timers;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// The activities and timers that follow from committed history. None of it is stored, because all of it follows from the history.
/// </summary>
internal sealed class PendingWork(WorkflowRuntime runtime, Instance instance, InstanceContents contents)
{
    private readonly Dictionary<int, WorkItemLease> activities = [];
    private readonly Dictionary<int, ScheduledCall> timers = [];
    private ScheduledCall? scheduledStart;

    private string Id => contents.Id;

    private Execution Execution => contents.Execution;

    /// <summary>Starts the work of a committed event, and cancels the work that it completes.</summary>
    public void Start(HistoryEvent @event)
    {
        if (@event.TaskScheduled is not null)
        {
            StartActivity(@event);
        }
        else if (@event.TimerCreated is not null)
        {
            ArmTimer(@event);
        }
        else if (Resolution.Of(@event) is { Kind: ResolutionKind.Task } task)
        {
            activities.Remove(task.Id);
        }
        else if (Resolution.Of(@event) is { Kind: ResolutionKind.Timer } timer)
        {
            timers.Remove(timer.Id);
        }
    }

    public void StartActivity(HistoryEvent scheduled, int attempt = 0)
    {
        var app = ChildWorkflows.AppOf(runtime.AppId, scheduled.Router);
        var queue = app is null ? runtime.Queue : runtime.Peers.Find(app)?.Runtime.Queue;
        if (queue is null)
        {
            var delay = runtime.RetryDelay(attempt);
            runtime.Logger.PeerMissing(app!, Id, delay);
            RetryActivity(scheduled, attempt, delay);
            return;
        }

        var task = scheduled.TaskScheduled;
        var span = runtime.Spans.Activity(Id, scheduled);
        var request = new ActivityRequest
        {
            Name = task.Name,
            Version = task.Version,
            Input = task.Input,
            WorkflowInstance = new WorkflowInstance { InstanceId = Id },
            TaskId = scheduled.EventId,
            TaskExecutionId = task.TaskExecutionId,
            ParentTraceContext = WorkflowSpans.ContextFor(span, task.ParentTraceContext),
            PropagatedHistory = Propagation.Assemble(runtime.AppId, Execution, [], task.HistoryPropagationScope),
        };
        var current = Execution;
        var lease = new WorkItemLease(
            new WorkItem { ActivityRequest = request },
            WorkKeys.Activity(Id, scheduled.EventId),
            new LeaseCallbacks(
                answer =>
                {
                    WorkflowSpans.End(span, ((ActivityResponse)answer).FailureDetails);
                    return ActivityEndedAsync(scheduled, (ActivityResponse)answer, current.ExecutionId);
                },
                reason => _ = instance.PostAsync(HistoryEvents.TaskFailed(runtime.Now, scheduled, TooLarge(reason)), current.ExecutionId),
                () =>
                    instance.Post(() =>
                    {
                        activities.Remove(scheduled.EventId);
                        RetryActivity(scheduled, 0, runtime.Options.FirstRetry);
                    })
            )
        );
        activities[scheduled.EventId] = lease;
        var begun = runtime.Clock.GetTimestamp();
        queue.Enqueue(lease);
        runtime.Meter.ActivityRequested(task.Name, runtime.Clock.GetElapsedTime(begun));
    }

    /// <summary>Starts all open operations of the history again, except children.</summary>
    public void Resume()
    {
        foreach (var scheduled in Execution.Open(ResolutionKind.Task).ToList())
        {
            var isUnderWay =
                activities.ContainsKey(scheduled.EventId) || contents.Inbox.IsSettling(new(ResolutionKind.Task, scheduled.EventId));
            if (!isUnderWay)
            {
                StartActivity(scheduled);
            }
        }

        foreach (var created in Execution.Open(ResolutionKind.Timer).ToList())
        {
            ArmTimer(created);
        }
    }

    private void RetryActivity(HistoryEvent scheduled, int attempt, TimeSpan delay)
    {
        var of = Execution.ExecutionId;
        runtime.Timers.Schedule(runtime.Now + delay, () => instance.Post(() =>
            {
                var isWanted =
                    (!instance.IsClosed || Execution.Completed is not null)
                    && of == Execution.ExecutionId
                    && Execution.IsOpen(new(ResolutionKind.Task, scheduled.EventId));
                if (isWanted && !activities.ContainsKey(scheduled.EventId))
                {
                    StartActivity(scheduled, attempt + 1);
                }
            }));
    }

    private Task<WorkflowRefusal?> ActivityEndedAsync(HistoryEvent scheduled, ActivityResponse response, string? forExecution)
    {
        runtime.Meter.ActivityEnded(
            scheduled.TaskScheduled.Name,
            response.FailureDetails is null,
            runtime.Now - scheduled.Timestamp.ToDateTimeOffset()
        );
        var @event = response.FailureDetails is { } failure
            ? HistoryEvents.TaskFailed(runtime.Now, scheduled, failure)
            : HistoryEvents.TaskCompleted(runtime.Now, scheduled, response.Result);
        return instance.PostAsync(@event, forExecution);
    }

    private void ArmTimer(HistoryEvent created)
    {
        var current = Execution;
        timers[created.EventId] = runtime.Timers.Schedule(DueTimes.Of(created.TimerCreated.FireAt), () => instance.Post(() =>
            {
                if (instance.IsClosed || !ReferenceEquals(current, Execution) || EventTimers.IsVoid(Execution.History, created.EventId))
                {
                    return;
                }

                instance.Receive(new Message(HistoryEvents.TimerFired(runtime.Now, created), contents.NextSequence()) { IsDerived = true });
            }));
    }

    /// <summary>An execution that is to start later is looked at again when it is due.</summary>
    public void ArmScheduledStart()
    {
        if (scheduledStart is not null || Execution.Started is not null || contents.Inbox.ScheduledStart is not { } due)
        {
            return;
        }

        scheduledStart = runtime.Timers.Schedule(due, () => instance.Post(() => scheduledStart = null));
    }

    /// <summary>
    /// Stops all running work of the current execution. If the same execution continues as <paramref name="except"/>, its open activities
    /// stay with their workers: leased again they would run twice at once.
    /// </summary>
    public void Cancel(Execution? except = null)
    {
        scheduledStart?.Dispose();
        scheduledStart = null;
        foreach (var timer in timers.Values)
        {
            timer.Dispose();
        }

        timers.Clear();
        foreach (var (task, lease) in activities.ToList())
        {
            if (except?.ExecutionId == Execution.ExecutionId && except?.IsOpen(new(ResolutionKind.Task, task)) == true)
            {
                continue;
            }

            Withdraw(lease);
            activities.Remove(task);
        }
    }

    private void Withdraw(WorkItemLease lease)
    {
        var app =
            lease.Item.ActivityRequest is { } request && Execution.Opened(new(ResolutionKind.Task, request.TaskId)) is { } scheduled
                ? ChildWorkflows.AppOf(runtime.AppId, scheduled.Router)
                : null;
        (app is null ? runtime.Queue : runtime.Peers.Find(app)?.Runtime.Queue)?.Withdraw(lease);
    }

    private static TaskFailureDetails TooLarge(string reason) =>
        new()
        {
            ErrorType = "PayloadSizeExceeded",
            ErrorMessage = $"The activity's input is larger than the work item stream carries: {reason}",
            StackTrace = "",
            IsNonRetriable = true,
        };
}
