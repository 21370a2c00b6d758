using Grpc.Core;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// What a step has for other instances. Those of the same app are written within the step's own transaction, so that no message
/// can be lost between two commits; those of other apps follow it.
/// </summary>
internal sealed class Mail
{
    public const string OccupiedErrorType = "WorkflowInstanceAlreadyExists";

    private readonly List<(Instance Child, Message Start)> births = [];
    private readonly List<(Instance Target, Message Message, string Key)> letters = [];

    public List<StateWrite> Writes { get; } = [];

    /// <summary>Answers of the engine itself to the sender: children that could not be created.</summary>
    public List<Message> Refused { get; } = [];

    public List<OutgoingMessage> Remote { get; } = [];

    public bool HasRemote => Remote.Count > 0;

    public static async ValueTask<Mail> PrepareAsync(
        WorkflowRuntime runtime,
        Instance sender,
        IEnumerable<OutgoingMessage> messages,
        CancellationToken cancellation
    )
    {
        var mail = new Mail();
        try
        {
            foreach (var message in messages)
            {
                if (message.App is not null)
                {
                    mail.Remote.Add(message);
                }
                else if (message.Event.ExecutionStarted is not null)
                {
                    await mail.AddBirthAsync(runtime, sender, message, cancellation);
                }
                else
                {
                    mail.AddLetter(runtime, sender, message);
                }
            }
        }
        catch
        {
            mail.Abandon();
            throw;
        }

        return mail;
    }

    /// <summary>After the commit: everyone addressed begins or continues.</summary>
    public void Send()
    {
        foreach (var (child, start) in births)
        {
            child.Begin(start);
        }

        foreach (var (target, message, _) in letters)
        {
            target.PostStored(message);
        }
    }

    /// <summary>After a commit whose outcome is not known: does what the store says was done, and takes back the rest.</summary>
    public async ValueTask SettleAsync(WorkflowStore store, CancellationToken cancellation)
    {
        foreach (var (child, start) in births.ToList())
        {
            if (await store.HasAsync(store.Keys.Of(child.Id).Inbox(start.Sequence), cancellation))
            {
                child.Begin(start);
            }
            else
            {
                child.Abandon();
            }

            births.Remove((child, start));
        }

        foreach (var letter in letters.ToList())
        {
            if (await store.HasAsync(letter.Key, cancellation))
            {
                letter.Target.PostStored(letter.Message);
            }

            letters.Remove(letter);
        }
    }

    public static TaskFailureDetails Occupied(WorkflowRefusal refusal) =>
        new()
        {
            ErrorType = OccupiedErrorType,
            ErrorMessage = refusal.Message,
            StackTrace = "",
        };

    private async ValueTask AddBirthAsync(WorkflowRuntime runtime, Instance sender, OutgoingMessage message, CancellationToken cancellation)
    {
        var (child, refusal) = await Birth.ReserveAsync(runtime, message.Event, message.Propagated, cancellation);
        if (child is not null)
        {
            var start = new Message(message.Event, child.NextSequence()) { IsStored = true };
            births.Add((child, start));
            Writes.AddRange(child.BirthWrites(start));
        }
        else if (refusal is not null)
        {
            Refuse(runtime, sender, message, refusal);
        }
    }

    private void Refuse(WorkflowRuntime runtime, Instance sender, OutgoingMessage message, WorkflowRefusal refusal)
    {
        runtime.Logger.MessageDropped(sender.Id, message.Instance, refusal.Message);
        // A detached workflow was only let go; there is nobody to tell.
        if (message.Event.ExecutionStarted.ParentInstance is not { } parent || refusal.Status != StatusCode.AlreadyExists)
        {
            return;
        }

        var failed = HistoryEvents.ChildFailed(runtime.Now, parent.TaskScheduledId, Occupied(refusal));
        var told = new Message(failed, sender.NextSequence()) { IsStored = true };
        Refused.Add(told);
        Writes.Add(StateWrite.Upsert(runtime.Store.Keys.Of(sender.Id).Inbox(told.Sequence), InboxValue.ToBytes(failed, null)));
    }

    private void AddLetter(WorkflowRuntime runtime, Instance sender, OutgoingMessage message)
    {
        if (!runtime.Directory.TryFind(message.Instance, out var target))
        {
            runtime.Logger.MessageDropped(sender.Id, message.Instance, "no such instance is running");
            return;
        }

        var letter = new Message(message.Event, target.NextSequence(), message.ForExecution) { IsStored = true };
        var key = runtime.Store.Keys.Of(target.Id).Inbox(letter.Sequence);
        letters.Add((target, letter, key));
        Writes.Add(StateWrite.Upsert(key, InboxValue.ToBytes(letter.Event, letter.ForExecution)));
    }

    private void Abandon()
    {
        foreach (var (child, _) in births)
        {
            child.Abandon();
        }
    }
}
