using Sidecar.Resources;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// Holds work back that would exceed a limit, in order of arrival. A piece counts from its admission until it is over; one that
/// a lost worker had stays admitted.
/// </summary>
internal sealed class Admission(ConcurrencyLimits limits, Action<Handout> admit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal); // guarded by gate
    private readonly HashSet<Handout> admitted = []; // guarded by gate
    private readonly LinkedList<Handout> waiting = []; // guarded by gate

    public void Ask(Handout handout)
    {
        lock (gate)
        {
            if (!TryTake(handout))
            {
                waiting.AddLast(handout);
                return;
            }
        }

        admit(handout);
    }

    public void Over(Handout handout)
    {
        List<Handout> next = [];
        lock (gate)
        {
            if (!admitted.Remove(handout))
            {
                waiting.Remove(handout);
                return;
            }

            foreach (var (name, _) in LimitsOf(handout))
            {
                running[name]--;
            }

            for (var node = waiting.First; node is not null; )
            {
                var following = node.Next;
                if (TryTake(node.Value))
                {
                    next.Add(node.Value);
                    waiting.Remove(node);
                }

                node = following;
            }
        }

        next.ForEach(admit);
    }

    private bool TryTake(Handout handout)
    {
        var names = LimitsOf(handout).ToList();
        if (names.Exists(limit => running.GetValueOrDefault(limit.Name) >= limit.Most))
        {
            return false;
        }

        foreach (var (name, _) in names)
        {
            running[name] = running.GetValueOrDefault(name) + 1;
        }

        admitted.Add(handout);
        return true;
    }

    private IEnumerable<(string Name, int Most)> LimitsOf(Handout handout)
    {
        var isTurn = handout.Item.WorkflowRequest is not null;
        if ((isTurn ? limits.Turns : limits.Activities) is { } most)
        {
            yield return (isTurn ? "turns" : "activities", most);
        }

        var byName = isTurn ? limits.TurnsByName : limits.ActivitiesByName;
        if (byName.Count == 0)
        {
            yield break;
        }

        var name = isTurn ? NameOf(handout.Item.WorkflowRequest!) : handout.Item.ActivityRequest.Name;
        if (name is not null && byName.TryGetValue(name, out var mostOfName))
        {
            yield return ((isTurn ? "turn/" : "activity/") + name, mostOfName);
        }
    }

    private static string? NameOf(WorkflowRequest turn) =>
        turn.PastEvents.Concat(turn.NewEvents).FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted.Name;
}
