using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>
/// Answers IsPatched. The patches an execution took are recorded with its turns; the sidecar compares the list of each
/// response with the recorded one and stalls the instance where they differ, so the list repeats what the code asked, in order.
/// </summary>
internal sealed class Patches(IReadOnlyList<HistoryEvent> past)
{
    private readonly Dictionary<string, bool> _answers = new(StringComparer.Ordinal);
    private readonly List<string> _taken = [];
    private HashSet<string>? _recorded;

    internal bool IsPatched(string name, bool isReplaying)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        if (!_answers.TryGetValue(name, out var patched))
        {
            // Replaying without a record: the history comes from before the patch, and so has to go on without it.
            patched = !isReplaying || (_recorded ??= Recorded()).Contains(name);
            _answers.Add(name, patched);
        }

        if (patched)
        {
            _taken.Add(name);
        }

        return patched;
    }

    internal WorkflowVersion? Version(string workflow) =>
        _taken.Count == 0 ? null : new WorkflowVersion { Name = workflow, Patches = { _taken } };

    private HashSet<string> Recorded() => past
        .SelectMany(turn => turn.WorkflowStarted?.Version?.Patches ?? Enumerable.Empty<string>())
        .ToHashSet(StringComparer.Ordinal);
}
