using Sidecar.Workflows.Protocol;
using Sidecar.State;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>What comes in, and how it is kept from being lost.</summary>
internal sealed partial class Instance
{
    private void Receive(Message message)
    {
        if (closed)
        {
            message.Answer(closedWith);
        }
        else if (message.FromClient && execution.Stalled is not null)
        {
            message.Answer(WorkflowRefusal.Stalled);
        }
        else if (SettlesNothing(message))
        {
            runtime.Logger.EventDropped(Id, message.Event.EventTypeCase.ToString());
            if (message.IsStored) commands.Enqueue(() => ForgetAsync(message));
            message.Answer(null);
        }
        else
        {
            inbox.Add(message);
        }
    }

    /// <summary>A duplicate, or a result for an execution or an operation that is over. Kept, it would make the instance spin.</summary>
    private bool SettlesNothing(Message message)
    {
        if (message.ForExecution is { Length: > 0 } meant && execution.ExecutionId is { } current && meant != current) return true;
        return Resolution.Of(message.Event) is { } resolution && (!execution.IsOpen(resolution) || inbox.IsSettling(resolution));
    }

    private List<Message> Unsaved()
    {
        List<Message> unsaved = [.. inbox.Waiting.Where(m => m.NeedsSaving)];
        // A running turn saves its own messages with its step, unless that takes longer than their senders should wait.
        if (turn is { GraceIsOver: true }) unsaved.AddRange(turn.Batch.Where(m => m.NeedsSaving));
        return unsaved;
    }

    /// <summary>All waiting messages in one commit, however many senders they have.</summary>
    private async ValueTask SaveAsync(List<Message> unsaved)
    {
        var writes = unsaved.ConvertAll(InboxWrite);
        var born = birth is not null;
        if (born) AddBirth(writes, inboxLength: unsaved.Count);
        if (!await CommitAsync(writes, ownsMetadata: born)) return;

        foreach (var message in unsaved)
        {
            message.IsStored = true;
            message.Answer(null);
        }

        if (born) Publish();
    }

    private StateWrite InboxWrite(Message message)
        => StateWrite.Upsert(keys.Inbox(message.Sequence), InboxValue.ToBytes(message.Event, message.ForExecution));

    private async ValueTask ForgetAsync(Message message)
        => await CommitAsync([StateWrite.Delete(keys.Inbox(message.Sequence))], ownsMetadata: false);
}
