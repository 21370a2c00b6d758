using System.Collections.Concurrent;

namespace Sidecar.Workflows.Dispatch;

/// <summary>A connected worker and what it has in hand.</summary>
internal sealed class WorkerStream
{
    private readonly ConcurrentDictionary<Handout, byte> inHand = new();

    public IEnumerable<Handout> InHand => inHand.Keys;

    public void Add(Handout handout) => inHand[handout] = 0;

    public void Remove(Handout handout) => inHand.TryRemove(handout, out _);
}
