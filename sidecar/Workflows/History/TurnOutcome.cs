using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>Why an instance can't go on until a worker or the configuration changes.</summary>
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

/// <summary>The execution that takes over: its start event, then what the old one had not consumed.</summary>
internal sealed record Continuation(IReadOnlyList<HistoryEvent> Events, PropagatedHistory? Incoming);

/// <summary>What one turn leads to. Nothing of it has happened before it is committed, all at once.</summary>
internal sealed class TurnOutcome
{
    /// <summary>Appended to the history, in this order.</summary>
    public List<HistoryEvent> Events { get; } = [];

    public List<OutgoingMessage> Messages { get; } = [];

    public string? CustomStatus { get; set; }

    public Continuation? Next { get; set; }

    /// <summary>When set, nothing else counts: the turn's events stay unconsumed.</summary>
    public Stall? Stall { get; set; }

    /// <summary>Ids that a worker asked for although the history already has them.</summary>
    public List<int> RetriedStep { get; } = [];
}

/// <summary>What <see cref="TurnApplier"/> decides on. <paramref name="NewId"/> and the clock come in, so that the decision stays
/// pure.</summary>
internal sealed record Turn(
    string AppId,
    Execution Execution,
    IReadOnlyList<HistoryEvent> Events,
    DateTimeOffset Now,
    Func<string> NewId,
    int? MaxMessageBytes
);
