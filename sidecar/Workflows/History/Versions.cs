using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>
/// Patches and version of a workflow's code, recorded in the event that starts a turn. History has each patch once, in the order in which
/// code first used it; code with another order cannot replay the history.
/// </summary>
internal static class Versions
{
    public static void Record(List<HistoryEvent> turn, WorkflowVersion? version)
    {
        if (version is null || (version.Patches.Count == 0 && !version.HasName))
        {
            return;
        }

        if (turn.Find(e => e.WorkflowStarted is not null) is { } opening)
        {
            opening.WorkflowStarted.Version = version;
        }
    }

    public static Stall? Mismatch(IReadOnlyList<HistoryEvent> history, List<HistoryEvent> turn)
    {
        var recorded = PatchesOf(history).ToList();
        if (recorded.Count == 0)
        {
            return null;
        }

        var now = turn.FindLast(e => e.WorkflowStarted?.Version is not null)?.WorkflowStarted.Version.Patches.ToList() ?? [];
        if (now.Count >= recorded.Count && recorded.SequenceEqual(now.Take(recorded.Count)))
        {
            return null;
        }

        return new(
            StalledReason.PatchMismatch,
            $"Patch mismatch. History patches: [{string.Join(", ", recorded)}], current patches: [{string.Join(", ", now)}]. "
        );
    }

    /// <summary>Keeps only the patches that this turn added, so that the patches of all turns together are the list.</summary>
    public static void Compact(IReadOnlyList<HistoryEvent> history, List<HistoryEvent> turn)
    {
        if (turn.Find(e => e.WorkflowStarted is not null)?.WorkflowStarted is not { Version.Patches.Count: > 0 } opening)
        {
            return;
        }

        var before = PatchesOf(history).GroupBy(p => p).ToDictionary(g => g.Key, g => g.Count());
        var added = new List<string>();
        foreach (var patch in opening.Version.Patches)
        {
            if (before.TryGetValue(patch, out var left) && left > 0)
            {
                before[patch] = left - 1;
            }
            else
            {
                added.Add(patch);
            }
        }

        opening.Version = added.Count == 0 ? null : new WorkflowVersion { Patches = { added } };
    }

    private static IEnumerable<string> PatchesOf(IReadOnlyList<HistoryEvent> history) =>
        history.Where(e => e.WorkflowStarted?.Version is not null).SelectMany(e => e.WorkflowStarted.Version.Patches);
}
