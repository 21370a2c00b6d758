using Grpc.Core;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// The messages of a step to other instances. Those within the app are written in the step's own transaction, so that no message is lost
/// between two commits; those to other apps are sent after it.
/// </summary>
internal sealed class OutgoingMessages
{
    public const string OccupiedErrorType = "WorkflowInstanceAlreadyExists";

    private readonly List<(Instance Child, Message Start)> children = [];
    private readonly List<(Instance Target, Message Message, string Key)> messagesWithin = [];

    public List<StateWrite> Writes { get; } = [];

    /// <summary>Answers of the engine itself to the sender: children that could not be created.</summary>
    public List<Message> Refused { get; } = [];

    public List<OutgoingMessage> ToOtherApps { get; } = [];

    public bool HasMessagesToOtherApps => ToOtherApps.Count > 0;

    public static async ValueTask<OutgoingMessages> PrepareAsync(
        WorkflowRuntime runtime,
        Instance sender,
        IEnumerable<OutgoingMessage> messages,
        CancellationToken cancellation
    )
    {
        var outgoing = new OutgoingMessages();
        try
        {
            foreach (var message in messages)
            {
                if (message.App is not null)
                {
                    outgoing.ToOtherApps.Add(message);
                }
                else if (message.Event.ExecutionStarted is not null)
                {
                    await outgoing.AddChildAsync(runtime, sender, message, cancellation);
                }
                else
                {
                    outgoing.AddMessage(runtime, sender, message);
                }
            }
        }
        catch
        {
            outgoing.Abandon();
            throw;
        }

        return outgoing;
    }

    /// <summary>Delivers the messages within the app, after the commit.</summary>
    public void Send()
    {
        foreach (var (child, start) in children)
        {
            child.Begin(start);
        }

        foreach (var (target, message, _) in messagesWithin)
        {
            target.PostStored(message);
        }
    }

    /// <summary>After a commit with an unknown outcome: delivers the messages that are in the store, and abandons the others.</summary>
    public async ValueTask SettleAsync(WorkflowStore store, CancellationToken cancellation)
    {
        foreach (var (child, start) in children.ToList())
        {
            if (await store.HasAsync(store.Keys.Of(child.Id).Inbox(start.Sequence), cancellation))
            {
                child.Begin(start);
            }
            else
            {
                child.Abandon();
            }

            children.Remove((child, start));
        }

        foreach (var message in messagesWithin.ToList())
        {
            if (await store.HasAsync(message.Key, cancellation))
            {
                message.Target.PostStored(message.Message);
            }

            messagesWithin.Remove(message);
        }
    }

    public static TaskFailureDetails Occupied(WorkflowRefusal refusal) =>
        new()
        {
            ErrorType = OccupiedErrorType,
            ErrorMessage = refusal.Message,
            StackTrace = "",
        };

    private async ValueTask AddChildAsync(WorkflowRuntime runtime, Instance sender, OutgoingMessage message, CancellationToken cancellation)
    {
        var (child, refusal) = await InstanceCreation.ReserveAsync(runtime, message.Event, message.Propagated, cancellation);
        if (child is not null)
        {
            var start = new Message(message.Event, child.NextSequence()) { IsStored = true };
            children.Add((child, start));
            Writes.AddRange(child.CreationWrites(start));
        }
        else if (refusal is not null)
        {
            Refuse(runtime, sender, message, refusal);
        }
    }

    private void Refuse(WorkflowRuntime runtime, Instance sender, OutgoingMessage message, WorkflowRefusal refusal)
    {
        runtime.Logger.MessageDropped(sender.Id, message.Instance, refusal.Message);
        // A detached workflow has no parent to notify.
        if (message.Event.ExecutionStarted.ParentInstance is not { } parent || refusal.Status != StatusCode.AlreadyExists)
        {
            return;
        }

        var failed = HistoryEvents.ChildFailed(runtime.Now, parent.TaskScheduledId, Occupied(refusal));
        var answer = new Message(failed, sender.NextSequence()) { IsStored = true };
        Refused.Add(answer);
        Writes.Add(StateWrite.Upsert(runtime.Store.Keys.Of(sender.Id).Inbox(answer.Sequence), InboxValue.ToBytes(failed, null)));
    }

    private void AddMessage(WorkflowRuntime runtime, Instance sender, OutgoingMessage message)
    {
        if (!runtime.Directory.TryFind(message.Instance, out var target))
        {
            runtime.Logger.MessageDropped(sender.Id, message.Instance, "no such instance is running");
            return;
        }

        var stored = new Message(message.Event, target.NextSequence(), message.ForExecution) { IsStored = true };
        var key = runtime.Store.Keys.Of(target.Id).Inbox(stored.Sequence);
        messagesWithin.Add((target, stored, key));
        Writes.Add(StateWrite.Upsert(key, InboxValue.ToBytes(stored.Event, stored.ForExecution)));
    }

    private void Abandon()
    {
        foreach (var (child, _) in children)
        {
            child.Abandon();
        }
    }
}
