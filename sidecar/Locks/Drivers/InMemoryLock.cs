namespace Sidecar.Locks.Drivers;

/// <summary><c>lock.in-memory</c>, embedded sidecar only; lost with the process. Each app has its own.</summary>
internal sealed class InMemoryLock(TimeProvider time) : ILockStore
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, (string Owner, DateTimeOffset Until)> held = new(StringComparer.Ordinal); // guarded by gate

    public ValueTask<bool> TryLockAsync(string resource, string owner, TimeSpan expiry, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (HolderOf(resource) is not null)
            {
                return ValueTask.FromResult(false);
            }
            held[resource] = (owner, time.GetUtcNow() + expiry);
            return ValueTask.FromResult(true);
        }
    }

    public ValueTask<UnlockOutcome> UnlockAsync(string resource, string owner, CancellationToken cancellation)
    {
        lock (gate)
        {
            if (HolderOf(resource) is not { } holder)
            {
                return ValueTask.FromResult(UnlockOutcome.NoSuchLock);
            }
            if (holder != owner)
            {
                return ValueTask.FromResult(UnlockOutcome.OtherOwner);
            }
            held.Remove(resource);
            return ValueTask.FromResult(UnlockOutcome.Done);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Removes expired locks, so that unused ones do not pile up.</summary>
    private string? HolderOf(string resource)
    {
        var now = time.GetUtcNow();
        foreach (var (expired, _) in held.Where(entry => entry.Value.Until <= now).ToList())
        {
            held.Remove(expired);
        }
        return held.TryGetValue(resource, out var found) ? found.Owner : null;
    }
}
