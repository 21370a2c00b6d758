using Grpc.Core;
using Sidecar.State;
using Sidecar.Timers;
using Sidecar.Tracing;
using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows;

/// <summary>
/// The workflow engine of one app. Its owner starts it once, before any other call, and disposes of it after the app's servers have
/// stopped. An acknowledged change is in the store.
/// </summary>
internal sealed class WorkflowEngine : IAsyncDisposable
{
    private int disposed;

    /// <param name="appId">Owns the instances; part of every key.</param>
    /// <param name="store">The store flagged <c>actorStateStore</c>; it must also list keys. Not owned.</param>
    /// <param name="clock">Drives timers, timestamps and retries.</param>
    /// <param name="loggers">One logger, of category <c>Sidecar.Workflows.WorkflowEngine</c>.</param>
    /// <param name="options">Limits; null for the defaults.</param>
    /// <param name="peers">The other apps' engines; null for an app alone.</param>
    /// <param name="tracer">Begins the spans of workflows; null for none.</param>
    public WorkflowEngine(
        string appId,
        ITransactionalStateStore store,
        TimeProvider clock,
        ILoggerFactory loggers,
        WorkflowEngineOptions? options = null,
        IWorkflowPeers? peers = null,
        Tracer? tracer = null
    )
    {
        var logger = loggers.CreateLogger<WorkflowEngine>();
        Runtime = new(
            appId,
            new WorkflowStore(appId, store),
            new WorkItemQueue(logger, options?.Limits),
            new TimerService(clock),
            clock,
            peers ?? new NoWorkflowPeers(),
            options ?? new WorkflowEngineOptions(),
            logger
        )
        {
            Spans = new WorkflowSpans(tracer),
        };
        Runtime.Queue.WorkerConnected += RetryStalled;
    }

    public string AppId => Runtime.AppId;

    /// <summary>Connected workers; metadata reports them.</summary>
    public int Workers => Runtime.Queue.Workers;

    /// <summary>Unfinished instances.</summary>
    public int ActiveInstances => Runtime.Directory.Count;

    /// <summary>Activities that wait for a worker of this app or are with one.</summary>
    public int ActiveActivities => Runtime.Queue.Activities;

    internal WorkflowRuntime Runtime { get; }

    /// <summary>Loads every unfinished instance from the store.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        await foreach (var id in Runtime.Store.PendingAsync(cancellation))
        {
            if (await Runtime.Store.Reader.ReadAsync(id, cancellation) is not { IsFinished: false } stored)
            {
                continue;
            }

            var instance = new Instance(Runtime, id);
            if (Runtime.Directory.TryAdd(instance))
            {
                instance.Load(stored);
            }
        }

        await foreach (var id in Runtime.Store.OwedAsync(cancellation))
        {
            if (await Runtime.Store.Reader.ReadAsync(id, cancellation) is { IsFinished: true } stored)
            {
                _ = CrossAppDelivery.DeliverPendingAsync(
                    Runtime,
                    new Instance(Runtime, id),
                    PendingNotifications.Of(Runtime, stored.Execution)
                );
            }
        }

        await foreach (var (id, due) in Runtime.Store.RetainedAsync(cancellation))
        {
            Retention.Watch(Runtime, id, due);
        }

        // Only now: a running instance may write to any other.
        foreach (var instance in Runtime.Directory.All)
        {
            instance.Release();
        }

        if (ActiveInstances > 0)
        {
            Runtime.Logger.EngineStarted(AppId, ActiveInstances);
        }
    }

    /// <summary>Ends the workers' streams and waits for running commits. Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) == 1)
        {
            return;
        }

        Runtime.Queue.WorkerConnected -= RetryStalled;
        await Runtime.Drain.StopAsync(() =>
        {
            foreach (var instance in Runtime.Directory.All)
            {
                instance.Wake();
            }
        });
        Runtime.Queue.Close();
        Runtime.Timers.Dispose();
        Runtime.Drain.Dispose();
    }

    /// <summary>Creates an instance. Durable once answered; it runs once a worker is connected and its start time has come.</summary>
    /// <returns>Null, or AlreadyExists while an instance of that id or a child of its predecessor runs.</returns>
    public async Task<WorkflowRefusal?> CreateAsync(HistoryEvent started, PropagatedHistory? incoming = null)
    {
        if (Runtime.Drain.IsStopping)
        {
            return Stopping;
        }

        var begun = Runtime.Clock.GetTimestamp();
        started.Router ??= new TaskRouter { SourceAppID = AppId };
        started.ExecutionStarted.ParentTraceContext = TraceContexts.Sane(started.ExecutionStarted.ParentTraceContext);
        var (instance, refusal) = await InstanceCreation.ReserveAsync(Runtime, started, incoming, Runtime.Drain.Stopping);
        if (instance is not null)
        {
            var message = new Message(started, instance.NextSequence())
            {
                Sender = new(TaskCreationOptions.RunContinuationsAsynchronously),
            };
            instance.Begin(message);
            refusal = await message.Sender.Task;
        }

        Runtime.Meter.Operation("create_workflow", refusal is null, Runtime.Clock.GetElapsedTime(begun));
        return refusal;
    }

    /// <summary>Puts an event into the inbox of an instance. Finished instances accept and ignore it.</summary>
    public async Task<WorkflowRefusal?> PostAsync(string id, HistoryEvent @event)
    {
        var begun = Runtime.Clock.GetTimestamp();
        var instance = Runtime.Directory.Find(id) ?? await InstanceTakeover.TryContinueAsync(Runtime, id, CancellationToken.None);
        var refusal =
            instance is not null ? await instance.PostAsync(@event, fromClient: true)
            : await Runtime.Store.Reader.ExistsAsync(id, CancellationToken.None) ? null
            : WorkflowRefusal.NotFound;
        Runtime.Meter.Operation("add_event", refusal is null, Runtime.Clock.GetElapsedTime(begun));
        return refusal;
    }

    public Task<WorkflowRefusal?> RaiseEventAsync(string id, string name, string? input) =>
        PostAsync(id, HistoryEvents.Raised(Runtime.Events.Next(), name, input));

    public Task<WorkflowRefusal?> TerminateAsync(string id, string? output, bool recursive) =>
        PostAsync(id, HistoryEvents.Terminated(Runtime.Events.Next(), output, recursive));

    public Task<WorkflowRefusal?> SuspendAsync(string id, string? reason) =>
        PostAsync(id, HistoryEvents.Suspended(Runtime.Events.Next(), reason));

    public Task<WorkflowRefusal?> ResumeAsync(string id, string? reason) =>
        PostAsync(id, HistoryEvents.Resumed(Runtime.Events.Next(), reason));

    /// <summary>Null if there is no such instance.</summary>
    public async Task<WorkflowState?> GetAsync(string id, CancellationToken cancellation)
    {
        if (Runtime.Directory.TryFind(id, out var instance) && await instance.StateAsync() is { } state)
        {
            return state;
        }

        return await Runtime.Store.Reader.ReadAsync(id, cancellation) is { } stored
            ? InstanceState.Of(
                stored.Execution,
                stored.Inbox.FirstOrDefault(m => m.Event.ExecutionStarted is not null)?.Event,
                continued: false
            )
            : null;
    }

    /// <summary>
    /// Like <see cref="GetAsync"/> for clients. As in daprd, they see only the status of an instance without a history, and no parent.
    /// </summary>
    public async Task<WorkflowState?> FindAsync(string id, CancellationToken cancellation)
    {
        if (await GetAsync(id, cancellation) is not { } state)
        {
            return null;
        }

        if (InstanceState.IsUnbegun(state))
        {
            return InstanceState.Unbegun(id);
        }

        state.ParentInstanceId = state.ParentAppId = null;
        return state;
    }

    /// <summary>Null if there is no such instance.</summary>
    public async Task<IReadOnlyList<HistoryEvent>?> HistoryAsync(string id, CancellationToken cancellation)
    {
        if (Runtime.Directory.TryFind(id, out var instance) && await instance.HistoryAsync() is { } history)
        {
            return history;
        }

        return (await Runtime.Store.Reader.ReadAsync(id, cancellation))?.Execution.History;
    }

    /// <summary>Waits for a status, also of an instance that does not exist yet: the protocol has no other answer for it.</summary>
    public async Task<WorkflowState> WaitAsync(string id, Func<OrchestrationStatus, bool> condition, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, Runtime.Drain.Stopping);
        var watch = Runtime.Board.Add(id, condition);
        try
        {
            // The watch comes first: a change between the look and the wait is not missed.
            var state = await GetAsync(id, either.Token);
            return state is not null && condition(state.WorkflowStatus) ? state : await watch.Met.WaitAsync(either.Token);
        }
        finally
        {
            Runtime.Board.Remove(id, watch);
        }
    }

    public ValueTask<(IReadOnlyList<string> Ids, string? Continuation)> ListAsync(
        string? continuation,
        int? size,
        CancellationToken cancellation
    ) => Runtime.Store.ListAsync(continuation, size ?? Runtime.Options.DefaultPageSize, cancellation);

    /// <summary>Deletes a finished instance, with its children if recursive; an unfinished one by force only.</summary>
    public async Task<(int Deleted, WorkflowRefusal? Refusal)> PurgeAsync(string id, bool recursive, bool force)
    {
        var begun = Runtime.Clock.GetTimestamp();
        var result = await Purge.RunAsync(Runtime, id, recursive, force);
        Runtime.Meter.Operation("purge_workflow", result.Refusal is null, Runtime.Clock.GetElapsedTime(begun));
        return result;
    }

    /// <summary>Runs a finished instance again from one of its events, as a new instance.</summary>
    public Task<WorkflowRefusal?> RerunAsync(string source, ForkRequest request, CancellationToken cancellation) =>
        Rerun.RunAsync(Runtime, source, request, cancellation);

    /// <summary>Feeds a worker for as long as its stream is open.</summary>
    public Task ServeWorkerAsync(IAsyncStreamWriter<WorkItem> stream, CancellationToken disconnected) =>
        Runtime.Queue.ServeAsync(stream, disconnected, Runtime.Drain.Stopping);

    public Task<WorkflowRefusal?> CompleteTurnAsync(WorkflowResponse response) =>
        Runtime.Queue.AnswerAsync(response.CompletionToken, WorkKeys.Turn(response.InstanceId), response);

    /// <summary>Answered once the result can no longer be lost.</summary>
    public Task<WorkflowRefusal?> CompleteActivityAsync(ActivityResponse response) =>
        Runtime.Queue.AnswerAsync(response.CompletionToken, WorkKeys.Activity(response.InstanceId, response.TaskId), response);

    /// <summary>A message from another app's engine. Answered once it can no longer be lost.</summary>
    internal async Task<WorkflowRefusal?> DeliverAsync(OutgoingMessage message)
    {
        if (Runtime.Drain.IsStopping)
        {
            return Stopping;
        }

        if (message.Event.ExecutionStarted is not null)
        {
            return await CreateAsync(message.Event, message.Propagated);
        }

        return Runtime.Directory.TryFind(message.Instance, out var instance)
            ? await instance.PostAsync(message.Event, message.ForExecution)
            : null;
    }

    private static WorkflowRefusal Stopping => WorkflowRefusal.Unavailable("the workflow engine is stopping");

    private void RetryStalled()
    {
        foreach (var instance in Runtime.Directory.All.Where(i => i.IsBlocked))
        {
            instance.WorkerConnected();
        }
    }
}
