using Google.Protobuf.WellKnownTypes;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows.Support;

internal sealed class TaskFailed(TaskFailureDetails? details) : Exception(details?.ErrorMessage ?? "no details")
{
    public TaskFailureDetails? Details { get; } = details;
}

/// <summary>
/// A worker's side of a turn in few lines: replays the history over an async function. Continuations run inline, so everything happens on
/// the caller's thread and in the order of events.
/// </summary>
internal sealed class Flow
{
    private readonly Dictionary<int, TaskCompletionSource<string?>> open = [];
    private readonly Dictionary<string, Queue<TaskCompletionSource<string?>>> waits = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<HistoryEvent> unconsumed = [];
    private readonly SortedDictionary<int, WorkflowAction> actions = [];
    private int nextId;
    private (string? Input, bool Keep)? continuation;
    private string? executionId;

    public string? Input { get; private set; }

    public string InstanceId { get; private set; } = "";

    public string? CustomStatus { get; set; }

    public DateTimeOffset Now { get; private set; }

    public List<string> Patches { get; } = [];

    public static WorkflowResponse Run(WorkflowRequest request, Func<string, Func<Flow, Task<string?>>?> find)
    {
        var flow = new Flow { InstanceId = request.InstanceId };
        Task<string?>? main = null;
        foreach (var @event in request.PastEvents.Concat(request.NewEvents))
        {
            if (@event.ExecutionStarted is { } started)
            {
                flow.Input = started.Input;
                flow.executionId = started.WorkflowInstance.ExecutionId;
                var code = find(started.Name);
                main = code is null
                    ? Task.FromException<string?>(
                        new TaskFailed(
                            new()
                            {
                                ErrorType = "WorkflowNotFound",
                                ErrorMessage = $"Workflow '{started.Name}' is not registered in this app.",
                            }
                        )
                    )
                    : code(flow);
            }
            else
            {
                flow.Take(@event);
            }
        }

        flow.Conclude(main);
        var response = new WorkflowResponse
        {
            InstanceId = request.InstanceId,
            CustomStatus = flow.CustomStatus,
            Actions = { flow.actions.Values },
        };
        if (flow.Patches.Count > 0)
        {
            response.Version = new WorkflowVersion { Patches = { flow.Patches } };
        }

        return response;
    }

    public Task<string?> Activity(string name, string? input = null, string? app = null) =>
        Open(
            new WorkflowAction
            {
                ScheduleTask = new ScheduleTaskAction
                {
                    Name = name,
                    Input = input,
                    TaskExecutionId = $"{executionId}-{nextId}",
                },
                Router = app is null ? null : new TaskRouter { TargetAppID = app },
            }
        );

    public Task<string?> Child(string name, string? input = null, string id = "", string? app = null) =>
        Open(
            new WorkflowAction
            {
                CreateChildWorkflow = new CreateChildWorkflowAction
                {
                    Name = name,
                    Input = input,
                    InstanceId = id,
                },
                Router = app is null ? null : new TaskRouter { TargetAppID = app },
            }
        );

    public Task<string?> Timer(TimeSpan wait) =>
        Open(
            new WorkflowAction
            {
                CreateTimer = new CreateTimerAction { FireAt = Timestamp.FromDateTimeOffset(Now + wait), CreateTimer = new() },
            }
        );

    public Task<string?> Event(string name)
    {
        var early = unconsumed.FindIndex(e => e.EventRaised.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (early >= 0)
        {
            var input = unconsumed[early].EventRaised.Input;
            unconsumed.RemoveAt(early);
            return Task.FromResult<string?>(input);
        }

        var wait = new TaskCompletionSource<string?>();
        if (!waits.TryGetValue(name, out var queue))
        {
            waits[name] = queue = new();
        }

        queue.Enqueue(wait);
        return wait.Task;
    }

    /// <summary>A wait with a timeout, as SDKs make it: the timer names the event. Null when it timed out.</summary>
    public async Task<string?> Event(string name, TimeSpan timeout)
    {
        var timer = Open(
            new WorkflowAction
            {
                CreateTimer = new CreateTimerAction
                {
                    FireAt = Timestamp.FromDateTimeOffset(Now + timeout),
                    ExternalEvent = new() { Name = name },
                },
            }
        );
        var raised = Event(name);
        return await Task.WhenAny(raised, timer) == raised ? await raised : null;
    }

    public void Send(string instance, string name, string? data) =>
        Do(
            new WorkflowAction
            {
                SendEvent = new SendEventAction
                {
                    Instance = new() { InstanceId = instance },
                    Name = name,
                    Data = data,
                },
            }
        );

    public void Detach(string name, string id, string? input = null) =>
        Do(
            new WorkflowAction
            {
                CreateDetachedWorkflow = new CreateDetachedWorkflowAction
                {
                    Name = name,
                    InstanceId = id,
                    Input = input,
                },
            }
        );

    public void Terminate(string id) => Do(new WorkflowAction { TerminateWorkflow = new TerminateWorkflowAction { InstanceId = id } });

    public void VersionNotAvailable() => Do(new WorkflowAction { WorkflowVersionNotAvailable = new() });

    public string? ContinueAsNew(string? input, bool keepEvents = true)
    {
        continuation = (input, keepEvents);
        return null;
    }

    private Task<string?> Open(WorkflowAction action)
    {
        var settled = new TaskCompletionSource<string?>();
        open[nextId] = settled;
        Do(action);
        return settled.Task;
    }

    private void Do(WorkflowAction action)
    {
        action.Id = nextId++;
        actions[action.Id] = action;
    }

    private void Take(HistoryEvent @event)
    {
        switch (@event.EventTypeCase)
        {
            case HistoryEvent.EventTypeOneofCase.WorkflowStarted:
                Now = @event.Timestamp.ToDateTimeOffset();
                break;
            case HistoryEvent.EventTypeOneofCase.TaskScheduled:
            case HistoryEvent.EventTypeOneofCase.TimerCreated:
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCreated:
            case HistoryEvent.EventTypeOneofCase.DetachedWorkflowInstanceCreated:
            case HistoryEvent.EventTypeOneofCase.EventSent:
                actions.Remove(@event.EventId);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskCompleted:
                open[@event.TaskCompleted.TaskScheduledId].TrySetResult(@event.TaskCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.TaskFailed:
                open[@event.TaskFailed.TaskScheduledId].TrySetException(new TaskFailed(@event.TaskFailed.FailureDetails));
                break;
            case HistoryEvent.EventTypeOneofCase.TimerFired:
                open[@event.TimerFired.TimerId].TrySetResult(null);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceCompleted:
                open[@event.ChildWorkflowInstanceCompleted.TaskScheduledId].TrySetResult(@event.ChildWorkflowInstanceCompleted.Result);
                break;
            case HistoryEvent.EventTypeOneofCase.ChildWorkflowInstanceFailed:
                open[@event.ChildWorkflowInstanceFailed.TaskScheduledId]
                    .TrySetException(new TaskFailed(@event.ChildWorkflowInstanceFailed.FailureDetails));
                break;
            case HistoryEvent.EventTypeOneofCase.EventRaised:
                if (waits.TryGetValue(@event.EventRaised.Name, out var queue) && queue.TryDequeue(out var wait))
                {
                    wait.SetResult(@event.EventRaised.Input);
                }
                else
                {
                    unconsumed.Add(@event);
                }

                break;
        }
    }

    private void Conclude(Task<string?>? main)
    {
        if (main is not { IsCompleted: true })
        {
            return;
        }

        var complete = new CompleteWorkflowAction { WorkflowStatus = OrchestrationStatus.Completed };
        if (main.Exception?.InnerException is { } failure)
        {
            complete.WorkflowStatus = OrchestrationStatus.Failed;
            complete.FailureDetails = (failure as TaskFailed)?.Details
                ?? new() { ErrorType = failure.GetType().Name, ErrorMessage = failure.Message };
        }
        else if (continuation is { } next)
        {
            complete.WorkflowStatus = OrchestrationStatus.ContinuedAsNew;
            complete.Result = next.Input;
            if (next.Keep)
            {
                complete.CarryoverEvents.Add(unconsumed);
            }
        }
        else
        {
            complete.Result = main.Result;
        }

        Do(new WorkflowAction { CompleteWorkflow = complete });
    }
}
