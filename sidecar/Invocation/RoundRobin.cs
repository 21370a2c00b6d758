namespace Sidecar.Invocation;

/// <summary>Gives several equals their turn: over many calls each comes first as often as any other.</summary>
internal sealed class RoundRobin
{
    private int next;

    /// <summary>All of <paramref name="equals"/>, of which there is at least one, beginning with whose turn it is.</summary>
    public IEnumerable<T> From<T>(IReadOnlyList<T> equals)
    {
        var first = (int)((uint)Interlocked.Increment(ref next) % (uint)equals.Count);
        return equals.Skip(first).Concat(equals.Take(first));
    }
}
