using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// An event on its way into an instance's history. The sequence is given on arrival, so that the order survives whichever way
/// the message becomes durable: saved to the inbox, or straight into the history with the step that consumes it.
/// </summary>
internal sealed class Message(HistoryEvent happened, int sequence, string? forExecution = null)
{
    public HistoryEvent Event { get; } = happened;

    public int Sequence { get; } = sequence;

    /// <summary>When set, no other execution of the instance takes it.</summary>
    public string? ForExecution { get; } = forExecution;

    /// <summary>From outside, and therefore refused while the instance is stalled.</summary>
    public bool FromClient { get; init; }

    /// <summary>Follows from the history (a timer that fell due), so it needs no saving.</summary>
    public bool IsDerived { get; init; }

    public bool IsStored { get; set; }

    /// <summary>Answered null once the message can no longer be lost, or with the reason why it was not taken.</summary>
    public TaskCompletionSource<WorkflowRefusal?>? Sender { get; init; }

    public bool NeedsSaving => !IsStored && !IsDerived;

    public void Answer(WorkflowRefusal? refusal) => Sender?.TrySetResult(refusal);
}
