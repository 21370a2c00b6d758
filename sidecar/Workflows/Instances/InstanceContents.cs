using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>The state of an instance, shared by its parts. Only the loop touches it, except for the sequence counter.</summary>
internal sealed class InstanceContents(string id, ParentInstanceInfo? parent)
{
    private int lastSequence = -1;

    public string Id { get; } = id;

    public ParentInstanceInfo? Parent { get; set; } = parent;

    /// <summary>The committed history.</summary>
    public Execution Execution { get; set; } = new(id);

    public Inbox Inbox { get; } = new();

    /// <summary>The turn that a worker has; null between turns.</summary>
    public OutstandingTurn? Turn { get; set; }

    /// <summary>True once an execution of the instance has continued as new.</summary>
    public bool Continued { get; set; }

    /// <summary>The event that starts the execution, while it is not in the history yet.</summary>
    public Message? StartMessage =>
        Inbox.Waiting.FirstOrDefault(m => m.Event.ExecutionStarted is not null)
        ?? Turn?.Batch.FirstOrDefault(m => m.Event.ExecutionStarted is not null);

    /// <summary>The next place in the inbox, for every writer, another instance's commit included. Safe to call concurrently.</summary>
    public int NextSequence() => Interlocked.Increment(ref lastSequence);

    /// <summary>Places up to <paramref name="sequence"/> are taken in the store.</summary>
    public void NoteSequence(int sequence)
    {
        if (sequence > lastSequence)
        {
            lastSequence = sequence;
        }
    }

    public WorkflowState State() => InstanceState.Of(Execution, StartMessage?.Event, Continued);
}
