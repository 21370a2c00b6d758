using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>Notifies clients that wait for a state of an instance. A wait may start before the instance exists.</summary>
internal sealed class StatusBoard
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, HashSet<Watch>> watches = new(StringComparer.Ordinal); // guarded by gate

    public Watch Add(string id, Func<OrchestrationStatus, bool> condition)
    {
        var watch = new Watch(condition);
        lock (gate)
        {
            if (!watches.TryGetValue(id, out var here))
            {
                watches[id] = here = [];
            }

            here.Add(watch);
        }

        return watch;
    }

    public void Remove(string id, Watch watch)
    {
        lock (gate)
        {
            if (watches.TryGetValue(id, out var here) && here.Remove(watch) && here.Count == 0)
            {
                watches.Remove(id);
            }
        }
    }

    public bool IsWatched(string id)
    {
        lock (gate)
        {
            return watches.ContainsKey(id);
        }
    }

    public void Publish(string id, WorkflowState state)
    {
        lock (gate)
        {
            if (!watches.TryGetValue(id, out var here))
            {
                return;
            }

            foreach (var watch in here)
            {
                watch.Offer(state);
            }
        }
    }
}

/// <summary>One wait; it ends with the first state that satisfies the condition.</summary>
internal sealed class Watch(Func<OrchestrationStatus, bool> condition)
{
    private readonly TaskCompletionSource<WorkflowState> met = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<WorkflowState> Met => met.Task;

    public void Offer(WorkflowState state)
    {
        if (condition(state.WorkflowStatus))
        {
            met.TrySetResult(state);
        }
    }
}
