using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>Reloads an instance from the store: at the start, and after a commit that failed or has an unknown outcome.</summary>
internal sealed class InstanceRecovery(
    WorkflowRuntime runtime,
    Instance instance,
    InstanceContents contents,
    InstanceLog log,
    PendingWork work
)
{
    private readonly List<Func<WorkflowStore, CancellationToken, ValueTask>> unsettled = [];
    private HashSet<int> loaded = []; // places of the inbox that came with the last reading

    /// <summary>True while the instance waits before it looks into the store.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>True if the instance has to be read from the store before it continues.</summary>
    public bool MustReload { get; private set; }

    /// <summary>True if the last read of the store contained the message.</summary>
    public bool IsLoaded(Message message) => loaded.Contains(message.Sequence);

    /// <summary>Settles the messages of a commit with an unknown outcome after the next read.</summary>
    public void SettleLater(OutgoingMessages outgoing) => unsettled.Add(outgoing.SettleAsync);

    /// <summary>Waits, then reloads the state from the store. Senders keep waiting meanwhile; their messages are tried again.</summary>
    public void Begin(string reason)
    {
        instance.WithdrawTurn();
        var delay = runtime.RetryDelay(log.Attempts++);
        runtime.Logger.CommitFailed(contents.Id, delay, reason);
        IsWaiting = true;
        runtime.Timers.Schedule(runtime.Now + delay, () => instance.Post(() =>
            {
                IsWaiting = false;
                MustReload = true;
            }));
    }

    public async ValueTask ReloadAsync()
    {
        MustReload = false;
        while (unsettled.Count > 0)
        {
            await unsettled[0](runtime.Store, runtime.Drain.Stopping);
            unsettled.RemoveAt(0);
        }

        var stored = await runtime.Store.Reader.ReadAsync(contents.Id, runtime.Drain.Stopping);
        if (log.IsUnborn)
        {
            if (log.StillReplaces(stored))
            {
                return;
            }

            if (!IsOwn(stored!))
            {
                runtime.Directory.Remove(instance);
                instance.Close(WorkflowRefusal.Occupied(contents.Id));
                return;
            }
        }

        if (stored is null)
        {
            runtime.Directory.Remove(instance);
            instance.Close(WorkflowRefusal.NotFound);
            return;
        }

        Load(stored);
    }

    public void Load(StoredInstance stored)
    {
        var waiting = contents.Inbox.Waiting.Where(m => m.NeedsSaving).ToList();
        work.Cancel(except: stored.Execution);
        log.Load(stored);
        contents.Execution = stored.Execution;
        contents.Parent ??= stored.Started?.ParentInstance;
        instance.IsBlocked = stored.Execution.Stalled is not null;
        contents.Inbox.Replace([]);
        if (stored.IsFinished)
        {
            foreach (var message in waiting)
            {
                message.Answer(null);
            }

            instance.Finish();
            instance.Publish();
            return;
        }

        loaded = stored.Inbox.Select(m => m.Sequence).ToHashSet();
        foreach (var message in stored.Inbox)
        {
            contents.NoteSequence(message.Sequence);
            instance.Receive(new Message(message.Event, message.Sequence, message.ForExecution) { IsStored = true });
        }

        foreach (var message in waiting)
        {
            if (IsLoaded(message) || contents.Execution.History.Contains(message.Event))
            {
                message.Answer(null);
            }
            else
            {
                instance.Receive(message);
            }
        }

        work.Resume();
        foreach (
            var created in contents
                .Execution.Open(ResolutionKind.Child)
                .Where(e => !contents.Inbox.IsSettling(new(ResolutionKind.Child, e.EventId)))
                .ToList()
        )
        {
            instance.Enqueue(() => EnsureChildAsync(created));
        }
    }

    /// <summary>True if the stored instance came from this start, not from another writer's.</summary>
    private bool IsOwn(StoredInstance stored)
    {
        var own = contents.StartMessage?.Event.ExecutionStarted.WorkflowInstance?.ExecutionId;
        return own is not null
            && (
                stored.Execution.ExecutionId == own || stored.Inbox.Any(m => m.Event.ExecutionStarted?.WorkflowInstance?.ExecutionId == own)
            );
    }

    /// <summary>Creates a child that exists in the history only: its creation was to follow a commit and did not.</summary>
    private async ValueTask EnsureChildAsync(HistoryEvent created)
    {
        if (instance.IsClosed || !contents.Execution.IsOpen(new(ResolutionKind.Child, created.EventId)))
        {
            return;
        }

        var facts = new Turn(runtime.AppId, contents.Execution, [], runtime.Now, WorkflowRuntime.NewId, null);
        var passed = Propagation.Assemble(
            runtime.AppId,
            contents.Execution,
            [],
            created.ChildWorkflowInstanceCreated.HistoryPropagationScope
        );
        var message = ChildStart.Of(facts, created, passed);
        if (message.App is not null)
        {
            _ = CrossAppDelivery.DeliverAsync(runtime, instance, message);
            return;
        }

        if (runtime.Directory.Find(message.Instance)?.IsChildOf(message.Event.ExecutionStarted.ParentInstance) == true)
        {
            return;
        }

        var outgoing = await OutgoingMessages.PrepareAsync(runtime, instance, [message], runtime.Drain.Stopping);
        if (await log.CommitAsync(outgoing.Writes, ownsMetadata: false))
        {
            outgoing.Send();
            foreach (var refused in outgoing.Refused)
            {
                instance.Receive(refused);
            }
        }
        else
        {
            SettleLater(outgoing);
        }
    }
}
