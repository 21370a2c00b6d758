using System.Collections.Concurrent;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// One unfinished instance: a mailbox and a loop that runs while there is something to do. Everything but the mailbox and the
/// sequence counter belongs to the loop, so nothing needs a lock. What the loop decides is true only once it is committed.
/// </summary>
internal sealed partial class Instance(WorkflowRuntime runtime, string id, ParentInstanceInfo? parent = null) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Action> mailbox = new();
    private readonly Queue<Func<ValueTask>> commands = new();
    private readonly InstanceKeys keys = runtime.Store.Keys.Of(id);
    private readonly Inbox inbox = new();
    private Execution execution = new(id);
    private ParentInstanceInfo? parent = parent;
    private OutstandingTurn? turn;
    private int lastSequence = -1;
    private int running; // 1 while the loop is at work or about to be
    private bool held = true; // reserved, not yet born
    private volatile bool closed;
    private WorkflowRefusal? closedWith;
    private bool continued;

    /// <summary>Stalled: waits for another worker before it tries again.</summary>
    private volatile bool blocked;

    public string Id { get; } = id;

    /// <summary>The next place in the inbox, for whoever writes into it, be it another instance's commit.</summary>
    public int NextSequence() => Interlocked.Increment(ref lastSequence);

    /// <summary>Whether this is the child that the same call of the same parent asked for before.</summary>
    public bool IsChildOf(ParentInstanceInfo? other) => IsSameCall(parent, other);

    public static bool IsSameCall(ParentInstanceInfo? own, ParentInstanceInfo? other)
        => other is not null && own is not null
            && own.TaskScheduledId == other.TaskScheduledId
            && own.WorkflowInstance?.InstanceId == other.WorkflowInstance?.InstanceId
            && own.WorkflowInstance?.ExecutionId == other.WorkflowInstance?.ExecutionId;

    /// <summary>Answered once the event can no longer be lost.</summary>
    public Task<WorkflowRefusal?> PostAsync(HistoryEvent happened, string? forExecution = null, bool fromClient = false)
    {
        var message = new Message(happened, NextSequence(), forExecution)
        {
            FromClient = fromClient,
            Sender = new(TaskCreationOptions.RunContinuationsAsynchronously),
        };
        Tell(() => Receive(message));
        return message.Sender.Task;
    }

    /// <summary>For a message that a commit of another instance has put into this one's inbox.</summary>
    public void PostStored(Message message) => Tell(() =>
    {
        // Read from the store between that commit and now.
        if (!adopted.Contains(message.Sequence)) Receive(message);
    });

    /// <summary>The state as committed; null when the instance is no longer, or not yet, to be found here.</summary>
    public Task<WorkflowState?> StateAsync() => AskAsync(() => execution.History.Count > 0 || StartMessage is not null ? State() : null);

    public Task<IReadOnlyList<HistoryEvent>?> HistoryAsync() => AskAsync<IReadOnlyList<HistoryEvent>>(() => [.. execution.History]);

    /// <summary>Has the loop look at how things stand.</summary>
    public void Rouse() => Tell(() => { });

    /// <summary>A worker came: try again what stalled.</summary>
    public void WorkerConnected() => Tell(() => blocked = false);

    public bool IsBlocked => blocked;

    public void Execute() => _ = RunAsync();

    private Message? StartMessage => inbox.Waiting.FirstOrDefault(m => m.Event.ExecutionStarted is not null)
        ?? turn?.Batch.FirstOrDefault(m => m.Event.ExecutionStarted is not null);

    private WorkflowState State() => InstanceState.Of(execution, StartMessage?.Event, continued);

    private async Task<T?> AskAsync<T>(Func<T?> question) where T : class
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(() => answer.SetResult(closed ? null : question()));
        return await answer.Task;
    }

    private void Tell(Action action)
    {
        mailbox.Enqueue(action);
        if (Interlocked.CompareExchange(ref running, 1, 0) == 0) Wake();
    }

    private void Wake()
    {
        runtime.Drain.Enter();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                do await AdvanceSafelyAsync();
                while (!mailbox.IsEmpty);
                Volatile.Write(ref running, 0);
                // A message may have come after the last look and before the flag fell: its sender left the waking to this loop.
                Interlocked.MemoryBarrier();
            }
            while (!mailbox.IsEmpty && Interlocked.CompareExchange(ref running, 1, 0) == 0);
        }
        finally
        {
            runtime.Drain.Leave();
        }
    }

    private async ValueTask AdvanceSafelyAsync()
    {
        try
        {
            while (mailbox.TryDequeue(out var action)) action();
            if (!held) await AdvanceAsync();
        }
        catch (OperationCanceledException) when (runtime.Drain.IsStopping)
        {
            Refuse(WorkflowRefusal.Unavailable("the workflow engine is stopping"));
        }
        catch (Exception failure)
        {
            runtime.Logger.InstanceFaulted(failure, Id);
            Recover(failure.Message);
        }
    }

    /// <summary>Does what can be done now: one thing at a time, each to its commit.</summary>
    private async ValueTask AdvanceAsync()
    {
        while (true)
        {
            if (runtime.Drain.IsStopping)
            {
                Refuse(WorkflowRefusal.Unavailable("the workflow engine is stopping"));
                return;
            }

            if (recovering) return;
            if (mustReload) await ReloadAsync();
            else if (commands.TryDequeue(out var command)) await command();
            else if (closed) return;
            else if (turn is { Response: { } response }) await FinishTurnAsync(turn, response);
            else if (turn is { Undeliverable: { } reason }) await AbandonTurnAsync(PayloadLimit.OfStream(reason));
            else if (turn is not null && inbox.Has(HistoryEvent.EventTypeOneofCase.ExecutionTerminated)) WithdrawTurn();
            else if (turn is null && !blocked && NextBatch() is { Count: > 0 } batch) await BeginTurnAsync(batch);
            else if (Unsaved() is { Count: > 0 } unsaved) await SaveAsync(unsaved);
            else return;
        }
    }

    private List<Message> NextBatch()
    {
        var batch = inbox.NextBatch(execution, runtime.Now);
        if (batch.Count == 0) ArmScheduledStart();
        return batch;
    }

    /// <summary>Senders who still wait learn that their message was not taken.</summary>
    private void Refuse(WorkflowRefusal refusal)
    {
        foreach (var message in inbox.Waiting.Concat(turn?.Batch ?? [])) message.Answer(refusal);
    }
}
