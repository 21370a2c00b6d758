using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Past and recent events of an instance as one history.</summary>
internal sealed class Timeline(IReadOnlyList<HistoryEvent> past, IReadOnlyList<HistoryEvent> recent)
{
    /// <summary>Whether the newest suspend or resume in the history is a suspend.</summary>
    internal bool IsSuspended => NewestFirst().FirstOrDefault(
        happened => happened.ExecutionSuspended is not null || happened.ExecutionResumed is not null)?.ExecutionSuspended is not null;

    internal ExecutionTerminatedEvent? Termination =>
        recent.LastOrDefault(happened => happened.ExecutionTerminated is not null)?.ExecutionTerminated
        ?? (recent.Count == 0 ? past.LastOrDefault()?.ExecutionTerminated : null);

    /// <summary>The newest one counts, should there be several.</summary>
    internal HistoryEvent? Start => NewestFirst().FirstOrDefault(happened => happened.ExecutionStarted is not null);

    /// <summary>The name of the workflow, from its start or else from the version recorded with a turn.</summary>
    internal string? WorkflowName => Start?.ExecutionStarted.Name is { Length: > 0 } name
        ? name
        : NewestFirst().Select(turn => turn.WorkflowStarted?.Version?.Name).FirstOrDefault(named => !string.IsNullOrEmpty(named));

    /// <summary>The app that runs the workflow: the target of the start, or its source where there is no target.</summary>
    internal string? AppId => Start?.Router is not { } router
        ? null
        : string.IsNullOrEmpty(router.TargetAppID) ? router.SourceAppID : router.TargetAppID;

    /// <summary>
    /// The time of the first event ever, so that code before the first await sees the same time on each replay;
    /// in the first turn that is the start of this turn.
    /// </summary>
    internal DateTime? StartedAt => past.Count > 0
        ? past[0].Timestamp?.ToDateTime()
        : recent.LastOrDefault(happened => happened.WorkflowStarted is not null)?.Timestamp?.ToDateTime();

    private IEnumerable<HistoryEvent> NewestFirst()
    {
        for (var i = recent.Count - 1; i >= 0; i--)
        {
            yield return recent[i];
        }

        for (var i = past.Count - 1; i >= 0; i--)
        {
            yield return past[i];
        }
    }
}
