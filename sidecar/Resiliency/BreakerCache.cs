namespace Sidecar.Resiliency;

/// <summary>
/// Caches the policies of the most recently used keys, up to a number: breakers by method or actor id would grow without limit.
/// </summary>
internal sealed class BreakerCache(int capacity)
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Key, Policy Policy)>> nodes = new(StringComparer.Ordinal); // guarded by gate
    private readonly LinkedList<(string Key, Policy Policy)> recent = new(); // guarded by gate

    public IReadOnlyList<Policy> All
    {
        get
        {
            lock (gate)
            {
                return [.. recent.Select(item => item.Policy)];
            }
        }
    }

    public Policy GetOrAdd(string key, Func<string, Policy> create)
    {
        lock (gate)
        {
            if (nodes.TryGetValue(key, out var known))
            {
                recent.Remove(known);
                recent.AddFirst(known);
                return known.Value.Policy;
            }
            var node = recent.AddFirst((key, create(key)));
            nodes[key] = node;
            if (nodes.Count > capacity)
            {
                nodes.Remove(recent.Last!.Value.Key);
                recent.RemoveLast();
            }
            return node.Value.Policy;
        }
    }
}
