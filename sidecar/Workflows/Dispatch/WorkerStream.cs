using System.Collections.Concurrent;

namespace Sidecar.Workflows.Dispatch;

/// <summary>A connected worker and its leased items.</summary>
internal sealed class WorkerStream
{
    private readonly ConcurrentDictionary<WorkItemLease, byte> leased = new();

    public IEnumerable<WorkItemLease> Leased => leased.Keys;

    public void Add(WorkItemLease lease) => leased[lease] = 0;

    public void Remove(WorkItemLease lease) => leased.TryRemove(lease, out _);
}
