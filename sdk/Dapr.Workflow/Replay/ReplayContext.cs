using Dapr.Common.Serialization;
using Dapr.Workflow.Client;
using Dapr.Workflow.Protocol;
using Microsoft.Extensions.Logging;
using Timestamp = Google.Protobuf.WellKnownTypes.Timestamp;

namespace Dapr.Workflow.Replay;

/// <summary>The context of one turn: turns the workflow's calls into numbered actions and waits.</summary>
internal sealed class ReplayContext(
    Execution execution, TurnScheduler scheduler, IDaprSerializer serializer, ILoggerFactory loggers) : WorkflowContext
{
    private readonly DeterministicGuids _guids = new(execution.InstanceId, execution.ExecutionId);
    private readonly List<CancellationTokenRegistration> _registrations = [];

    internal ActionLog Log { get; } = new(new RecordedSteps(execution.Past, execution.Recent), execution.Name, execution.InstanceId);

    internal EventInbox Inbox { get; } = new();

    internal Patches Patches { get; } = new(execution.Past);

    internal object? CustomStatus { get; private set; }

    internal CompleteWorkflowAction? NextExecution { get; private set; }

    internal bool PreserveUntakenEvents { get; private set; }

    internal DateTime Now { get; set; } = execution.StartedAt;

    internal bool Replaying { get; set; } = execution.Past.Count > 0;

    public override string Name => execution.Name;

    public override string InstanceId => execution.InstanceId;

    public override DateTime CurrentUtcDateTime => Now;

    public override bool IsReplaying => Replaying;

    public override bool IsPatched(string patchName) => Patches.IsPatched(patchName, Replaying);

    public override Task<T> CallActivityAsync<T>(string name, object? input = null, WorkflowTaskOptions? options = null)
    {
        if (options?.RetryPolicy is not { } policy)
        {
            return CallActivity<T>(name, input, options);
        }

        var once = options with { RetryPolicy = null };
        var origin = new TimerOriginActivityRetry { TaskExecutionId = _guids.TaskExecutionId(Log.NextId, name) };
        return Retry(policy, () => CallActivity<T>(name, input, once), timer => timer.ActivityRetry = origin);
    }

    public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
        CreateTimer(Timestamp.FromDateTime(fireAt), timer => timer.CreateTimer = new TimerOriginCreateTimer(), cancellationToken);

    public override Task<T> WaitForExternalEventAsync<T>(string eventName, CancellationToken cancellationToken = default)
    {
        EnsureInside();
        var wait = new Operation<T>(ActionKind.SendEvent, eventName, serializer);
        if (Inbox.Take(eventName) is { } raised)
        {
            wait.Complete(raised);
            return wait.Task;
        }

        Inbox.Wait(wait);
        CancelWith(cancellationToken, wait);
        return wait.Task;
    }

    public override async Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout)
    {
        if (timeout == TimeSpan.Zero)
        {
            throw new TaskCanceledException($"Event '{eventName}' was waited for with a timeout of zero.");
        }

        using var timer = new CancellationTokenSource();
        using var wait = new CancellationTokenSource();
        // The timer comes first even where the event is there already: its id is part of the history.
        var timedOut = CreateTimeout(eventName, timeout, timer.Token);
        var raised = WaitForExternalEventAsync<T>(eventName, wait.Token);
        var first = await Task.WhenAny(timedOut, raised).ConfigureAwait(false);
        // Not CancelAsync: that would cancel, and so resume workflow code, on another thread.
#pragma warning disable CA1849
        (first == raised ? timer : wait).Cancel();
#pragma warning restore CA1849
        return await raised.ConfigureAwait(false);
    }

    public override void SendEvent(string instanceId, string eventName, object payload)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        ArgumentException.ThrowIfNullOrWhiteSpace(eventName);
        EnsureInside();
        if (Log.Take(ActionKind.SendEvent, eventName, null, out var step))
        {
            step.Action = new WorkflowAction
            {
                SendEvent = new SendEventAction
                {
                    Instance = new WorkflowInstance { InstanceId = instanceId },
                    Name = eventName,
                    Data = serializer.Serialize(payload, null),
                },
            };
        }
    }

    public override void SetCustomStatus(object? customStatus)
    {
        EnsureInside();
        CustomStatus = customStatus;
    }

    public override Task<TResult> CallChildWorkflowAsync<TResult>(
        string workflowName, object? input = null, ChildWorkflowTaskOptions? options = null)
    {
        if (options?.RetryPolicy is not { } policy)
        {
            return CallChild<TResult>(workflowName, input, options);
        }

        var once = options with { RetryPolicy = null };
        // Without a chosen id this takes a guid of its own: stored format, as the official SDK numbers them.
        var origin = new TimerOriginChildWorkflowRetry { InstanceId = options.InstanceId ?? NewGuid().ToString() };
        return Retry(policy, () => CallChild<TResult>(workflowName, input, once), timer => timer.ChildWorkflowRetry = origin);
    }

    public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true)
    {
        EnsureInside();
        Log.Take(ActionKind.ContinueAsNew, string.Empty, null, out var step);
        NextExecution = new CompleteWorkflowAction
        {
            WorkflowStatus = OrchestrationStatus.ContinuedAsNew,
            Result = serializer.Serialize(newInput, null),
        };
        PreserveUntakenEvents = preserveUnprocessedEvents;
        step.Action = new WorkflowAction { CompleteWorkflow = NextExecution };
    }

    public override Guid NewGuid() => _guids.Next();

    public override PropagatedHistory? GetPropagatedHistory() => execution.Lineage;

    public override ILogger CreateReplaySafeLogger(string categoryName) => new ReplaySafeLogger(loggers.CreateLogger(categoryName), this);

    public override ILogger CreateReplaySafeLogger(Type type) => new ReplaySafeLogger(loggers.CreateLogger(type), this);

    public override ILogger CreateReplaySafeLogger<T>() => new ReplaySafeLogger(loggers.CreateLogger<T>(), this);

    /// <summary>Lets go of cancellation tokens, which may outlive the turn by far.</summary>
    internal void Release()
    {
        foreach (var registration in _registrations)
        {
            registration.Unregister();
        }
    }

    private Task<T> CallActivity<T>(string name, object? input, WorkflowTaskOptions? options)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return Task.FromException<T>(new ArgumentException("An activity needs a name.", nameof(name)));
        }

        EnsureInside();
        var call = new Operation<T>(ActionKind.Activity, name, serializer);
        var taskExecutionId = _guids.TaskExecutionId(Log.NextId, name);
        if (Log.Take(ActionKind.Activity, name, call, out var step, taskExecutionId))
        {
            var schedule = new ScheduleTaskAction
            {
                Name = name,
                Input = serializer.Serialize(input, null),
                Router = Router(options),
                TaskExecutionId = taskExecutionId,
            };
            if (options is { PropagationScope: not HistoryPropagationScope.None })
            {
                schedule.HistoryPropagationScope = (Protocol.HistoryPropagationScope)options.PropagationScope;
            }

            step.Action = new WorkflowAction { ScheduleTask = schedule, Router = schedule.Router };
        }

        return call.Task;
    }

    private Task<T> CallChild<T>(string name, object? input, ChildWorkflowTaskOptions? options)
    {
        if (string.IsNullOrWhiteSpace(name))
        {
            return Task.FromException<T>(new ArgumentException("A child workflow needs a name.", nameof(name)));
        }

        EnsureInside();
        var instanceId = options?.InstanceId ?? NewGuid().ToString();
        var call = new Operation<T>(ActionKind.ChildWorkflow, name, serializer);
        if (Log.Take(ActionKind.ChildWorkflow, name, call, out var step, childInstanceId: instanceId))
        {
            var create = new CreateChildWorkflowAction
            {
                InstanceId = instanceId,
                Name = name,
                Input = serializer.Serialize(input, null),
                Router = Router(options),
            };
            if (options is { PropagationScope: not HistoryPropagationScope.None })
            {
                create.HistoryPropagationScope = (Protocol.HistoryPropagationScope)options.PropagationScope;
            }

            step.Action = new WorkflowAction { CreateChildWorkflow = create, Router = create.Router };
        }

        return call.Task;
    }

    private Task CreateTimeout(string eventName, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var endless = timeout < TimeSpan.Zero;
        if (endless && OptionalTimer.IsMissingWhere(Log.RecordedNext))
        {
            return new TaskCompletionSource().Task;
        }

        return CreateTimer(
            endless ? OptionalTimer.Never : Timestamp.FromDateTime(Now.Add(timeout)),
            timer => timer.ExternalEvent = new TimerOriginExternalEvent { Name = eventName },
            cancellationToken);
    }

    private Task CreateTimer(Timestamp fireAt, Action<CreateTimerAction> setOrigin, CancellationToken cancellationToken)
    {
        EnsureInside();
        var wait = new Operation<bool>(ActionKind.Timer, string.Empty, serializer);
        if (Log.Take(ActionKind.Timer, string.Empty, wait, out var step))
        {
            var timer = new CreateTimerAction { FireAt = fireAt };
            setOrigin(timer);
            step.Action = new WorkflowAction { CreateTimer = timer };
        }

        CancelWith(cancellationToken, wait);
        return wait.Task;
    }

    private Task<T> Retry<T>(WorkflowRetryPolicy policy, Func<Task<T>> attempt, Action<CreateTimerAction> setOrigin) =>
        new RetryInterceptor<T>(this, policy, attempt, delay => CreateTimer(Timestamp.FromDateTime(Now.Add(delay)), setOrigin, CancellationToken.None), stayInContext: false).Invoke()!;

    private TaskRouter? Router(WorkflowTaskOptions? options) =>
        string.IsNullOrWhiteSpace(options?.TargetAppId) || string.IsNullOrWhiteSpace(execution.AppId)
            ? null
            : new TaskRouter { TargetAppID = options.TargetAppId, SourceAppID = execution.AppId };

    private void CancelWith<T>(CancellationToken cancellationToken, Operation<T> wait)
    {
        if (!cancellationToken.CanBeCanceled)
        {
            return;
        }

        _registrations.Add(cancellationToken.UnsafeRegister(
            _ =>
            {
                // From another thread it is chance whether the token is cancelled in this turn or the next.
                if (scheduler.IsInside)
                {
                    scheduler.Complete(static waiting => waiting.wait.TrySetCanceled(waiting.cancellationToken), (wait, cancellationToken));
                }
            },
            null));
    }

    private void EnsureInside()
    {
        if (!scheduler.IsInside)
        {
            throw Log.Violated("it used its context from outside its turn, after awaiting something that is no workflow operation");
        }
    }
}
