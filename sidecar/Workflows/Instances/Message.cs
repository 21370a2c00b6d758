using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// An event before it is in an instance's history. The sequence is assigned on arrival, so that the order does not depend on the way it
/// becomes durable: saved to the inbox, or in the history with the step that consumes it.
/// </summary>
internal sealed class Message(HistoryEvent @event, int sequence, string? forExecution = null)
{
    public HistoryEvent Event { get; } = @event;

    public int Sequence { get; } = sequence;

    /// <summary>If set, no other execution of the instance accepts it.</summary>
    public string? ForExecution { get; } = forExecution;

    /// <summary>True for a client's message; all but a termination are refused while the instance is stalled.</summary>
    public bool FromClient { get; init; }

    /// <summary>Follows from the history (a timer that fell due), so it needs no saving.</summary>
    public bool IsDerived { get; init; }

    public bool IsStored { get; set; }

    /// <summary>Answered null once the message can no longer be lost, or with the reason why it was not taken.</summary>
    public TaskCompletionSource<WorkflowRefusal?>? Sender { get; init; }

    public bool NeedsSaving => !IsStored && !IsDerived;

    public void Answer(WorkflowRefusal? refusal) => Sender?.TrySetResult(refusal);
}
