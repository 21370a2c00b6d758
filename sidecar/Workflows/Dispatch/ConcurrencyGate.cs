using Sidecar.Resources;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// Holds back work items that would exceed a limit, in order of arrival. An item counts from its admission until it is finished; an item of
/// a disconnected worker stays admitted.
/// </summary>
internal sealed class ConcurrencyGate(ConcurrencyLimits limits, Action<WorkItemLease> admit)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, int> running = new(StringComparer.Ordinal); // guarded by gate
    private readonly HashSet<WorkItemLease> admitted = []; // guarded by gate
    private readonly LinkedList<WorkItemLease> waiting = []; // guarded by gate

    public void Request(WorkItemLease lease)
    {
        lock (gate)
        {
            if (!TryTake(lease))
            {
                waiting.AddLast(lease);
                return;
            }
        }

        admit(lease);
    }

    public void Release(WorkItemLease lease)
    {
        List<WorkItemLease> next = [];
        lock (gate)
        {
            if (!admitted.Remove(lease))
            {
                waiting.Remove(lease);
                return;
            }

            foreach (var (name, _) in LimitsOf(lease))
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

    private bool TryTake(WorkItemLease lease)
    {
        var names = LimitsOf(lease).ToList();
        if (names.Exists(limit => running.GetValueOrDefault(limit.Name) >= limit.Most))
        {
            return false;
        }

        foreach (var (name, _) in names)
        {
            running[name] = running.GetValueOrDefault(name) + 1;
        }

        admitted.Add(lease);
        return true;
    }

    private IEnumerable<(string Name, int Most)> LimitsOf(WorkItemLease lease)
    {
        var isTurn = lease.Item.WorkflowRequest is not null;
        if ((isTurn ? limits.Turns : limits.Activities) is { } most)
        {
            yield return (isTurn ? "turns" : "activities", most);
        }

        var byName = isTurn ? limits.TurnsByName : limits.ActivitiesByName;
        if (byName.Count == 0)
        {
            yield break;
        }

        var name = isTurn ? NameOf(lease.Item.WorkflowRequest!) : lease.Item.ActivityRequest.Name;
        if (name is not null && byName.TryGetValue(name, out var mostOfName))
        {
            yield return ((isTurn ? "turn/" : "activity/") + name, mostOfName);
        }
    }

    private static string? NameOf(WorkflowRequest turn) =>
        turn.PastEvents.Concat(turn.NewEvents).FirstOrDefault(e => e.ExecutionStarted is not null)?.ExecutionStarted.Name;
}
