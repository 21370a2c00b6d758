using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Dapr.Client;

namespace ServiceDefaults.State;

/// <summary>
/// Keeps the guarded writes of this process from conflicting in the store. <c>state.redis</c> on daprd applies the rest of a transaction
/// whose ETag is refused, and its outbox publishes the event of the refused record all the same (docs/decisions/0105). So writes of one
/// record go one after the other, and one whose ETag this process has already replaced is checked by a read before it is sent. Writers in
/// other processes are not held back: with Redis as its store a service runs in one replica.
/// </summary>
internal sealed class WriteGate
{
    private const int Lanes = 256;
    private const int MaxRemembered = 32_768;

    private static readonly ConditionalWeakTable<DaprClient, ConcurrentDictionary<string, WriteGate>> Gates = [];

    private readonly SemaphoreSlim[] lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new SemaphoreSlim(1))];
    private readonly Lock guard = new();
    private HashSet<(string Key, string ETag)> replaced = []; // under guard; the older half is forgotten when this one is full
    private HashSet<(string Key, string ETag)> replacedBefore = []; // under guard

    /// <summary>The one gate of a store in this process.</summary>
    public static WriteGate Of(DaprClient dapr, string store) => Gates.GetOrCreateValue(dapr).GetOrAdd(store, _ => new WriteGate());

    /// <summary>
    /// Sends <paramref name="write"/> when no other write of the same records is under way, unless <paramref name="isStale"/> finds that
    /// one of them has changed. It is asked only if a write of this process may have replaced one of the ETags.
    /// </summary>
    public async Task<WriteResult> PassAsync(
        IReadOnlyCollection<(string Key, string ETag)> guards,
        Func<Task<bool>> isStale,
        Func<Task<WriteResult>> write,
        CancellationToken cancellation
    )
    {
        // In ascending order, so that two writes of the same records never wait for each other.
        var taken = new Stack<SemaphoreSlim>();
        try
        {
            foreach (var lane in guards.Select(one => (uint)StringComparer.Ordinal.GetHashCode(one.Key) % Lanes).Distinct().Order())
            {
                await lanes[lane].WaitAsync(cancellation);
                taken.Push(lanes[lane]);
            }
            if (MayBeReplaced(guards) && await isStale())
            {
                return WriteResult.Stale;
            }
            // Before the answer: a write without an answer may have been applied.
            Remember(guards);
            return await write();
        }
        finally
        {
            while (taken.TryPop(out var lane))
            {
                lane.Release();
            }
        }
    }

    private bool MayBeReplaced(IReadOnlyCollection<(string Key, string ETag)> guards)
    {
        lock (guard)
        {
            return guards.Any(one => replaced.Contains(one) || replacedBefore.Contains(one));
        }
    }

    private void Remember(IReadOnlyCollection<(string Key, string ETag)> guards)
    {
        lock (guard)
        {
            if (replaced.Count >= MaxRemembered)
            {
                (replaced, replacedBefore) = ([], replaced);
            }
            replaced.UnionWith(guards);
        }
    }
}
