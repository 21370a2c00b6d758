using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Sidecar.Workflows.Instances;

/// <summary>The instances that are not finished. All of them are in memory; finished ones are in the store only.</summary>
internal sealed class InstanceDirectory
{
    private readonly ConcurrentDictionary<string, Instance> active = new(StringComparer.Ordinal);

    public IEnumerable<Instance> All => active.Values;

    public int Count => active.Count;

    public Instance? Find(string id) => active.GetValueOrDefault(id);

    public bool TryAdd(Instance instance) => active.TryAdd(instance.Id, instance);

    public bool TryFind(string id, [NotNullWhen(true)] out Instance? instance) => active.TryGetValue(id, out instance);

    public void Remove(Instance instance) => active.TryRemove(KeyValuePair.Create(instance.Id, instance));
}
