using System.Collections.Concurrent;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Instances;

/// <summary>Notifies clients that wait for a state of an instance. A wait may start before the instance exists.</summary>
internal sealed class StatusBoard
{
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<Watch, byte>> watches = new();

    public Watch Add(string id, Func<OrchestrationStatus, bool> condition)
    {
        var watch = new Watch(condition);
        watches.GetOrAdd(id, _ => new()).TryAdd(watch, 0);
        return watch;
    }

    public void Remove(string id, Watch watch)
    {
        if (!watches.TryGetValue(id, out var here))
        {
            return;
        }

        here.TryRemove(watch, out _);
        // Only an empty entry goes; a watch added meanwhile keeps it, because the pair is compared by reference and re-added.
        if (here.IsEmpty && watches.TryRemove(KeyValuePair.Create(id, here)) && !here.IsEmpty)
        {
            foreach (var late in here.Keys)
            {
                watches.GetOrAdd(id, _ => new()).TryAdd(late, 0);
            }
        }
    }

    public bool IsWatched(string id) => watches.ContainsKey(id);

    public void Publish(string id, WorkflowState state)
    {
        if (!watches.TryGetValue(id, out var here))
        {
            return;
        }

        foreach (var watch in here.Keys)
        {
            watch.Offer(state);
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
