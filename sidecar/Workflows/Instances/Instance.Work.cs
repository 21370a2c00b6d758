using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.History;
using Sidecar.Timers;
using Sidecar.Workflows.Timers;

namespace Sidecar.Workflows.Instances;

/// <summary>What committed history sets off: activities and timers. All of it follows from the history, so none of it is stored.</summary>
internal sealed partial class Instance
{
    private readonly Dictionary<int, Handout> activities = [];
    private readonly Dictionary<int, DueCall> timers = [];
    private DueCall? start;

    private void Undertake(HistoryEvent happened)
    {
        if (happened.TaskScheduled is not null) StartActivity(happened);
        else if (happened.TimerCreated is not null) ArmTimer(happened);
        else if (Resolution.Of(happened) is { Kind: ResolutionKind.Task } task) activities.Remove(task.Id);
        else if (Resolution.Of(happened) is { Kind: ResolutionKind.Timer } timer) timers.Remove(timer.Id);
    }

    private void StartActivity(HistoryEvent scheduled, int attempt = 0)
    {
        var app = Family.AppOf(runtime.AppId, scheduled.Router);
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
            ParentTraceContext = WorkflowSpans.Told(span, task.ParentTraceContext),
            PropagatedHistory = Propagation.Assemble(runtime.AppId, execution, [], task.HistoryPropagationScope),
        };
        var current = execution;
        var handout = new Handout(
            new WorkItem { ActivityRequest = request },
            WorkKeys.Activity(Id, scheduled.EventId),
            new HandoutEnds(
                answer =>
                {
                    WorkflowSpans.End(span, ((ActivityResponse)answer).FailureDetails);
                    return ActivityEndedAsync(scheduled, (ActivityResponse)answer, current.ExecutionId);
                },
                reason => _ = PostAsync(HistoryEvents.TaskFailed(runtime.Now, scheduled, TooLarge(reason)), current.ExecutionId),
                () => Tell(() =>
                {
                    activities.Remove(scheduled.EventId);
                    RetryActivity(scheduled, 0, runtime.Options.FirstRetry);
                })));
        activities[scheduled.EventId] = handout;
        queue.Enqueue(handout);
        runtime.Meter.ActivityRequested(task.Name);
    }

    private void RetryActivity(HistoryEvent scheduled, int attempt, TimeSpan delay)
    {
        var of = execution.ExecutionId;
        runtime.Timers.Schedule(runtime.Now + delay, () => Tell(() =>
        {
            var isWanted = (!closed || execution.Completed is not null) && of == execution.ExecutionId && execution.IsOpen(new(ResolutionKind.Task, scheduled.EventId));
            if (isWanted && !activities.ContainsKey(scheduled.EventId)) StartActivity(scheduled, attempt + 1);
        }));
    }

    private Task<WorkflowRefusal?> ActivityEndedAsync(HistoryEvent scheduled, ActivityResponse response, string? forExecution)
    {
        runtime.Meter.ActivityEnded(scheduled.TaskScheduled.Name, response.FailureDetails is null, runtime.Now - scheduled.Timestamp.ToDateTimeOffset());
        var happened = response.FailureDetails is { } failure
            ? HistoryEvents.TaskFailed(runtime.Now, scheduled, failure)
            : HistoryEvents.TaskCompleted(runtime.Now, scheduled, response.Result);
        return PostAsync(happened, forExecution);
    }

    private void ArmTimer(HistoryEvent created)
    {
        var current = execution;
        timers[created.EventId] = runtime.Timers.Schedule(DueTimes.Of(created.TimerCreated.FireAt), () => Tell(() =>
        {
            if (closed || !ReferenceEquals(current, execution) || EventTimers.IsVoid(execution.History, created.EventId)) return;
            Receive(new Message(HistoryEvents.TimerFired(runtime.Now, created), NextSequence()) { IsDerived = true });
        }));
    }

    private void ArmScheduledStart()
    {
        if (start is not null || execution.Started is not null || inbox.ScheduledStart is not { } due) return;
        start = runtime.Timers.Schedule(due, () => Tell(() => start = null));
    }

    /// <summary>
    /// Stops everything that is under way for the present execution. When the same execution goes on as
    /// <paramref name="except"/>, its open activities stay with their workers: handed out anew they would run twice at once.
    /// </summary>
    private void LayDown(Execution? except = null)
    {
        start?.Dispose();
        start = null;
        foreach (var timer in timers.Values) timer.Dispose();
        timers.Clear();
        foreach (var (task, handout) in activities.ToList())
        {
            if (except?.ExecutionId == execution.ExecutionId && except?.IsOpen(new(ResolutionKind.Task, task)) == true) continue;
            Withdraw(handout);
            activities.Remove(task);
        }
    }

    private void Withdraw(Handout handout)
    {
        var app = handout.Item.ActivityRequest is { } request && execution.Opened(new(ResolutionKind.Task, request.TaskId)) is { } scheduled
            ? Family.AppOf(runtime.AppId, scheduled.Router)
            : null;
        (app is null ? runtime.Queue : runtime.Peers.Find(app)?.Runtime.Queue)?.Withdraw(handout);
    }

    private void Finish()
    {
        // Out of the directory before anyone is told, so that who learns of the end can use the id again at once.
        runtime.Directory.Remove(this);
        Close(null);
        runtime.Spans.Ended(Id, execution.History, execution.Completed!.WorkflowStatus, execution.Completed.FailureDetails);
        Retention.Watch(runtime, Id, execution);
        var status = execution.Completed.WorkflowStatus.ToString();
        runtime.Logger.InstanceEnded(Id, execution.Started?.Name, status);
        if (execution is { CreatedAt: { } created, CompletedAt: { } completed })
        {
            runtime.Meter.Ended(execution.Started?.Name ?? "", execution.Completed.WorkflowStatus, completed.ToDateTimeOffset() - created.ToDateTimeOffset());
        }
    }

    private void Close(WorkflowRefusal? with)
    {
        closed = true;
        closedWith = with;
        settled.TrySetResult();
        if (turn?.Handout is { } handout) runtime.Queue.Withdraw(handout);
        LayDown();
        foreach (var message in inbox.Waiting) message.Answer(with);
        inbox.Replace([]);
    }

    private static TaskFailureDetails TooLarge(string reason) => new()
    {
        ErrorType = "PayloadSizeExceeded",
        ErrorMessage = $"The activity's input is larger than the work item stream carries: {reason}",
        StackTrace = "",
        IsNonRetriable = true,
    };
}
