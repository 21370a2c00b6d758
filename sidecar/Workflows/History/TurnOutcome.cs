using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>The reason why an instance has to wait for another worker or configuration.</summary>
internal sealed record Stall(StalledReason Reason, string Description);

/// <summary>
/// An event for another instance: an ExecutionStarted creates it, anything else goes to its inbox.
/// <paramref name="App"/> null: of the same app. <paramref name="ForExecution"/>: dropped by any other execution of the target.
/// </summary>
internal sealed record OutgoingMessage(
    string Instance,
    string? App,
    HistoryEvent Event,
    string? ForExecution = null,
    PropagatedHistory? Propagated = null
);

/// <summary>The next execution after continue-as-new: its start event, then the events not consumed by the old one.</summary>
internal sealed record Continuation(IReadOnlyList<HistoryEvent> Events, PropagatedHistory? Incoming);

/// <summary>The result of one turn. It has no effect before it is committed as a whole.</summary>
internal sealed class TurnOutcome
{
    /// <summary>Appended to the history, in this order.</summary>
    public List<HistoryEvent> Events { get; } = [];

    public List<OutgoingMessage> Messages { get; } = [];

    public string? CustomStatus { get; set; }

    public Continuation? Next { get; set; }

    /// <summary>If set, nothing else counts: the turn's events stay unconsumed.</summary>
    public Stall? Stall { get; set; }

    /// <summary>Ids of actions that the worker repeated although the history already has them.</summary>
    public List<int> Repeated { get; } = [];
}

/// <summary>
/// The input of <see cref="TurnApplier"/>. <paramref name="NewId"/> and the clock are arguments, so that the decision stays pure.
/// </summary>
internal sealed record Turn(
    string AppId,
    Execution Execution,
    IReadOnlyList<HistoryEvent> Events,
    DateTimeOffset Now,
    Func<string> NewId,
    int? MaxMessageBytes
);
