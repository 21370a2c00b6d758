using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// One unfinished instance: a mailbox and a loop that runs while there is work. Only the loop touches the state, except the mailbox and the
/// sequence counter, so nothing needs a lock. A decision of the loop takes effect when it is committed.
/// </summary>
internal sealed class Instance
{
    private readonly WorkflowRuntime runtime;
    private readonly InstanceLoop loop;
    private readonly Queue<Func<ValueTask>> commands = new();
    private readonly InstanceContents contents;
    private readonly PendingWork work;
    private readonly InstanceLog log;
    private readonly InstanceRecovery recovery;
    private readonly InstanceSteps steps;
    private readonly InstanceTurns turns;
    private readonly MessageReceiver receiver;
    private bool held = true; // reserved, not yet created
    private volatile bool blocked;

    public Instance(WorkflowRuntime runtime, string id, ParentInstanceInfo? parent = null)
    {
        this.runtime = runtime;
        contents = new InstanceContents(id, parent);
        loop = new InstanceLoop(runtime.Drain, AdvanceSafelyAsync);
        work = new PendingWork(runtime, this, contents);
        log = new InstanceLog(runtime, contents, Recover);
        recovery = new InstanceRecovery(runtime, this, contents, log, work);
        steps = new InstanceSteps(runtime, this, contents, log, work, recovery);
        turns = new InstanceTurns(runtime, this, contents, steps);
        receiver = new MessageReceiver(runtime.Logger, contents, message => Enqueue(() => steps.ForgetAsync(message)));
    }

    public string Id => contents.Id;

    /// <summary>Completes once the store has the instance, or its reservation was released.</summary>
    public Task Settled => log.Settled;

    /// <summary>Stalled: waits for another worker before it tries again.</summary>
    public bool IsBlocked
    {
        get => blocked;
        set => blocked = value;
    }

    /// <summary>Finished, discarded or never created: it refuses messages.</summary>
    public bool IsClosed => receiver.IsClosed;

    /// <summary>The next place in the inbox, for every writer, another instance's commit included.</summary>
    public int NextSequence() => contents.NextSequence();

    /// <summary>True if this is the child of the same call of the same parent.</summary>
    public bool IsChildOf(ParentInstanceInfo? other) => IsSameCall(contents.Parent, other);

    public static bool IsSameCall(ParentInstanceInfo? own, ParentInstanceInfo? other) =>
        other is not null
        && own is not null
        && own.TaskScheduledId == other.TaskScheduledId
        && own.WorkflowInstance?.InstanceId == other.WorkflowInstance?.InstanceId
        && own.WorkflowInstance?.ExecutionId == other.WorkflowInstance?.ExecutionId;

    /// <summary>Called by the maker, before anything else can happen to the instance.</summary>
    public void PrepareCreation(List<StateWrite> writes, string? replacedETag, ulong firstGeneration, PropagatedHistory? incoming)
    {
        log.PrepareCreation(writes, replacedETag, firstGeneration);
        contents.Execution.Incoming = incoming;
    }

    /// <summary>The writes that create the instance, with its start event in the inbox, for a caller that commits them.</summary>
    public List<StateWrite> CreationWrites(Message start) => log.CreationWrites(start);

    /// <summary>The instance begins to work on <paramref name="start"/>.</summary>
    public void Begin(Message start) =>
        Post(() =>
        {
            if (start.IsStored)
            {
                log.MarkCreated();
            }

            held = false;
            Receive(start);
        });

    /// <summary>Gives up the reservation; senders that wrote to it meanwhile get <c>NotFound</c>.</summary>
    public void Abandon()
    {
        runtime.Directory.Remove(this);
        Post(() => Close(WorkflowRefusal.NotFound));
    }

    /// <summary>
    /// Loads the instance at the engine's start. It stays held until all instances are loaded, so that they find each other.
    /// </summary>
    public void Load(StoredInstance stored) => recovery.Load(stored);

    public void Release() =>
        Post(() =>
        {
            held = false;
            log.Settle();
        });

    /// <summary>Releases everything, for a forced purge; the caller deletes the stored keys.</summary>
    public Task DiscardAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            runtime.Directory.Remove(this);
            Close(WorkflowRefusal.NotFound);
            done.SetResult();
        });
        return done.Task;
    }

    /// <summary>Creating a child is pointless once the parent is through; everything else has to arrive.</summary>
    public bool Ignores(OutgoingMessage message) => message.Event.ExecutionStarted?.ParentInstance is not null && IsClosed;

    /// <summary>Answered once the event can no longer be lost.</summary>
    public Task<WorkflowRefusal?> PostAsync(HistoryEvent @event, string? forExecution = null, bool fromClient = false)
    {
        var message = new Message(@event, NextSequence(), forExecution)
        {
            FromClient = fromClient,
            Sender = new(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        Post(() => Receive(message));
        return message.Sender.Task;
    }

    /// <summary>Receives a message that the commit of another instance has put into this one's inbox.</summary>
    public void PostStored(Message message) =>
        Post(() =>
        {
            // Read from the store between that commit and now.
            if (!recovery.IsLoaded(message))
            {
                Receive(message);
            }
        });

    /// <summary>The state as committed; null when the instance is no longer, or not yet, to be found here.</summary>
    public Task<WorkflowState?> StateAsync() =>
        AskAsync(() => contents.Execution.History.Count > 0 || contents.StartMessage is not null ? contents.State() : null);

    public Task<IReadOnlyList<HistoryEvent>?> HistoryAsync() =>
        AskAsync<IReadOnlyList<HistoryEvent>>(() => [.. contents.Execution.History]);

    /// <summary>Makes the loop check for work.</summary>
    public void Wake() => Post(() => { });

    /// <summary>Called when a worker connects: a stalled instance tries again.</summary>
    public void WorkerConnected() => Post(() => blocked = false);

    /// <summary>Makes the loop run <paramref name="action"/> before it advances. Safe to call concurrently.</summary>
    public void Post(Action action) => loop.Post(action);

    /// <summary>Adds a command that runs before anything else and commits on its own. Called by the loop only.</summary>
    public void Enqueue(Func<ValueTask> command) => commands.Enqueue(command);

    /// <summary>Adds a message to the inbox, or answers why not. Called by the loop only.</summary>
    public void Receive(Message message) => receiver.Receive(message);

    /// <summary>Called by the loop only.</summary>
    public void WithdrawTurn() => turns.Withdraw();

    /// <summary>Ends the instance after the commit of its last step. Called by the loop only.</summary>
    public void Finish()
    {
        // Removed from the directory before any notification, so that a notified client can use the id again at once.
        runtime.Directory.Remove(this);
        Close(null);
        InstanceEnd.Report(runtime, Id, contents.Execution);
    }

    /// <summary>
    /// Stops all work; later messages are answered <paramref name="with"/> this, null for success. Called by the loop only.
    /// </summary>
    public void Close(WorkflowRefusal? with)
    {
        receiver.Close(with);
        log.Settle();
        if (contents.Turn?.WorkItemLease is { } lease)
        {
            runtime.Queue.Withdraw(lease);
        }

        work.Cancel();
        receiver.AnswerWaiting(with);
    }

    /// <summary>Notifies the watchers of the state. Called by the loop only.</summary>
    public void Publish()
    {
        if (runtime.Board.IsWatched(Id))
        {
            runtime.Board.Publish(Id, contents.State());
        }
    }

    private void Recover(string reason) => recovery.Begin(reason);

    private async Task<T?> AskAsync<T>(Func<T?> question)
        where T : class
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() => answer.SetResult(IsClosed ? null : question()));
        return await answer.Task;
    }

    private async ValueTask AdvanceSafelyAsync()
    {
        try
        {
            loop.RunActions();
            if (!held)
            {
                await AdvanceAsync();
            }
        }
        catch (OperationCanceledException) when (runtime.Drain.IsStopping)
        {
            receiver.Refuse(WorkflowRefusal.Unavailable("the workflow engine is stopping"));
        }
        catch (Exception failure)
        {
            runtime.Logger.InstanceFaulted(failure, Id);
            Recover(failure.Message);
        }
    }

    /// <summary>Does all work that is possible now: one thing at a time, each with its commit.</summary>
    private async ValueTask AdvanceAsync()
    {
        while (true)
        {
            if (runtime.Drain.IsStopping)
            {
                receiver.Refuse(WorkflowRefusal.Unavailable("the workflow engine is stopping"));
                return;
            }

            var turn = contents.Turn;
            if (recovery.IsWaiting)
            {
                return;
            }

            if (recovery.MustReload)
            {
                await recovery.ReloadAsync();
            }
            else if (commands.TryDequeue(out var command))
            {
                await command();
            }
            else if (IsClosed)
            {
                return;
            }
            else if (turn is { Response: { } response })
            {
                await turns.FinishAsync(turn, response);
            }
            else if (turn is { Undeliverable: { } reason })
            {
                await turns.AbandonAsync(PayloadLimit.OfStream(reason));
            }
            else if (turn is not null && IsTerminated)
            {
                turns.Withdraw();
            }
            else if (turn is null && (!blocked || IsTerminated) && NextBatch() is { Count: > 0 } batch)
            {
                await turns.BeginAsync(batch);
            }
            else if (steps.Unsaved() is { Count: > 0 } unsaved)
            {
                await steps.SaveAsync(unsaved);
            }
            else
            {
                return;
            }
        }
    }

    private bool IsTerminated => contents.Inbox.Has(HistoryEvent.EventTypeOneofCase.ExecutionTerminated);

    private List<Message> NextBatch()
    {
        var batch = contents.Inbox.NextBatch(contents.Execution, runtime.Now);
        if (batch.Count == 0)
        {
            work.ArmScheduledStart();
        }

        return batch;
    }
}
