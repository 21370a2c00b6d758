using Sidecar.Workflows.History;
using Sidecar.Workflows.Storage;
using Sidecar.State;

namespace Sidecar.Workflows.Instances;

/// <summary>Taking up an instance from the store: at start, and whenever a commit failed or its outcome is not known.</summary>
internal sealed partial class Instance
{
    private readonly List<Func<WorkflowStore, CancellationToken, ValueTask>> unsettled = [];
    private HashSet<int> adopted = []; // places of the inbox that came with the last reading
    private bool recovering;
    private bool mustReload;
    private int attempts;

    /// <summary>At the engine's start. The instance stays held until all of them are there, so that they find each other.</summary>
    public void Load(StoredInstance stored) => Adopt(stored);

    public void Release() => Tell(() =>
    {
        held = false;
        settled.TrySetResult();
    });

    /// <summary>Waits, then believes the store. Senders keep waiting meanwhile; their messages are tried again.</summary>
    private void Recover(string reason)
    {
        WithdrawTurn();
        var delay = runtime.RetryDelay(attempts++);
        runtime.Logger.CommitFailed(Id, delay, reason);
        recovering = true;
        runtime.Timers.Schedule(runtime.Now + delay, () => Tell(() =>
        {
            recovering = false;
            mustReload = true;
        }));
    }

    private async ValueTask ReloadAsync()
    {
        mustReload = false;
        while (unsettled.Count > 0)
        {
            await unsettled[0](runtime.Store, runtime.Drain.Stopping);
            unsettled.RemoveAt(0);
        }

        var stored = await runtime.Store.Reader.ReadAsync(Id, runtime.Drain.Stopping);
        if (birth is not null)
        {
            // Still unborn: the store has nothing, or what is to be replaced.
            if (stored?.MetadataETag == etag) return;
            if (!IsOwn(stored!))
            {
                runtime.Directory.Remove(this);
                Close(WorkflowRefusal.Occupied(Id));
                return;
            }
        }

        if (stored is null)
        {
            runtime.Directory.Remove(this);
            Close(WorkflowRefusal.NotFound);
            return;
        }

        Adopt(stored);
    }

    /// <summary>Whether the stored instance came from this very start, rather than from another writer's.</summary>
    private bool IsOwn(StoredInstance stored)
    {
        var own = StartMessage?.Event.ExecutionStarted.WorkflowInstance?.ExecutionId;
        return own is not null
            && (stored.Execution.ExecutionId == own
                || stored.Inbox.Any(m => m.Event.ExecutionStarted?.WorkflowInstance?.ExecutionId == own));
    }

    private void Adopt(StoredInstance stored)
    {
        var waiting = inbox.Waiting.Where(m => m.NeedsSaving).ToList();
        LayDown(except: stored.Execution);
        birth = null;
        nextETag = null;
        etag = stored.MetadataETag;
        generation = stored.Generation;
        execution = stored.Execution;
        parent ??= stored.Started?.ParentInstance;
        blocked = execution.Stalled is not null;
        inbox.Replace([]);
        if (stored.IsFinished)
        {
            foreach (var message in waiting) message.Answer(null);
            Finish();
            Publish();
            return;
        }

        adopted = stored.Inbox.Select(m => m.Sequence).ToHashSet();
        foreach (var message in stored.Inbox)
        {
            if (message.Sequence > lastSequence) lastSequence = message.Sequence;
            Receive(new Message(message.Event, message.Sequence, message.ForExecution) { IsStored = true });
        }

        foreach (var message in waiting)
        {
            if (adopted.Contains(message.Sequence) || execution.History.Contains(message.Event)) message.Answer(null);
            else Receive(message);
        }

        Resume();
    }

    /// <summary>Everything open in the history is under way again.</summary>
    private void Resume()
    {
        foreach (var scheduled in execution.Open(ResolutionKind.Task).ToList())
        {
            var isUnderWay = activities.ContainsKey(scheduled.EventId) || inbox.IsSettling(new(ResolutionKind.Task, scheduled.EventId));
            if (!isUnderWay) StartActivity(scheduled);
        }

        foreach (var created in execution.Open(ResolutionKind.Timer).ToList()) ArmTimer(created);
        foreach (var created in execution.Open(ResolutionKind.Child).Where(e => !inbox.IsSettling(new(ResolutionKind.Child, e.EventId))).ToList())
        {
            commands.Enqueue(() => EnsureChildAsync(created));
        }
    }

    /// <summary>A child that history has but nobody else: its creation was to follow a commit and did not.</summary>
    private async ValueTask EnsureChildAsync(Sidecar.Workflows.Protocol.HistoryEvent created)
    {
        if (closed || !execution.IsOpen(new(ResolutionKind.Child, created.EventId))) return;
        var facts = new Turn(runtime.AppId, execution, [], runtime.Now, WorkflowRuntime.NewId, null);
        var passed = Propagation.Assemble(runtime.AppId, execution, [], created.ChildWorkflowInstanceCreated.HistoryPropagationScope);
        var message = ChildStart.Of(facts, created, passed);
        if (message.App is not null)
        {
            _ = Remote.DeliverAsync(runtime, this, message);
            return;
        }

        if (runtime.Directory.Find(message.Instance)?.IsChildOf(message.Event.ExecutionStarted.ParentInstance) == true) return;
        var mail = await Mail.PrepareAsync(runtime, this, [message], runtime.Drain.Stopping);
        if (await CommitAsync(mail.Writes, ownsMetadata: false))
        {
            mail.Send();
            foreach (var refused in mail.Refused) Receive(refused);
        }
        else
        {
            unsettled.Add(mail.SettleAsync);
        }
    }

    /// <summary>Lets go of everything, for a forced purge; the stored keys are the caller's.</summary>
    public Task DiscardAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Tell(() =>
        {
            runtime.Directory.Remove(this);
            Close(WorkflowRefusal.NotFound);
            done.SetResult();
        });
        return done.Task;
    }

    /// <summary>Creating a child is pointless once the parent is through; everything else has to arrive.</summary>
    public bool NoLongerWants(OutgoingMessage message)
        => message.Event.ExecutionStarted?.ParentInstance is not null && closed;

    private void SendOwed(Mail mail)
    {
        if (mail.HasRemote) Owe(mail.Remote);
    }

    /// <summary>The end of an instance is told to other apps until they know; the marker makes it survive a crash.</summary>
    public void Owe(IReadOnlyList<OutgoingMessage> messages) => _ = TellAllAsync(messages);

    private async Task TellAllAsync(IReadOnlyList<OutgoingMessage> messages)
    {
        var told = await Task.WhenAll(messages.Select(m => Remote.DeliverAsync(runtime, this, m)));
        if (!Array.TrueForAll(told, t => t)) return;
        var failure = await runtime.Store.CommitAsync([StateWrite.Delete(runtime.Store.Keys.Owed(Id))], CancellationToken.None);
        if (failure is not null) runtime.Logger.MessageDropped(Id, Id, failure.Message);
    }
}
