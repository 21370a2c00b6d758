namespace Sidecar.State.Drivers;

/// <summary><c>state.in-memory</c>: gone with the process, as in daprd.</summary>
internal sealed class InMemoryStateStore(TimeProvider time) : ITransactionalStateStore, IKeyListing
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, StateEntry> entries = new(StringComparer.Ordinal); // guarded by gate

    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult(Alive(key));
        }
    }

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation)
        => TransactAsync([write], cancellation);

    public ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        lock (gate)
        {
            var undo = new Stack<(string Key, StateEntry? Before)>();
            foreach (var write in writes)
            {
                var before = Alive(write.Key);
                if (Refusal(write, before) is { } failure)
                {
                    while (undo.TryPop(out var step))
                    {
                        Put(step.Key, step.Before);
                    }
                    return ValueTask.FromResult<StateFailure?>(failure);
                }
                undo.Push((write.Key, before));
                Put(write.Key, write.Kind == StateWriteKind.Delete ? null : Entry(write));
            }
            return ValueTask.FromResult<StateFailure?>(null);
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation)
        => [.. (await ListEntriesAsync(prefix, after, limit, cancellation)).Select(entry => entry.Key)];

    public ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(string prefix, string? after, int limit, CancellationToken cancellation)
    {
        lock (gate)
        {
            IReadOnlyList<KeyValuePair<string, StateEntry>> found =
                [.. entries
                    .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .Where(entry => after is null || string.CompareOrdinal(entry.Key, after) > 0)
                    .Where(entry => !Expired(entry.Value))
                    .Take(limit)];
            return ValueTask.FromResult(found);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static StateFailure? Refusal(StateWrite write, StateEntry? stored) => write switch
    {
        { ETag: { } etag } when stored?.ETag != etag => new(StateFailureKind.ETagMismatch, write.Key, "possible etag mismatch. error from state store: the stored value has another etag"),
        { ETag: null, FirstWrite: true } when stored is not null => new(StateFailureKind.KeyExists, write.Key, "possible etag mismatch. error from state store: the key exists"),
        _ => null,
    };

    private StateEntry Entry(StateWrite write)
        => new(write.Value.ToArray(), Guid.NewGuid().ToString(), write.TimeToLive is { } ttl ? time.GetUtcNow() + ttl : null);

    private StateEntry? Alive(string key) => entries.TryGetValue(key, out var entry) && !Expired(entry) ? entry : null;

    private bool Expired(StateEntry entry) => entry.ExpiresAt <= time.GetUtcNow();

    private void Put(string key, StateEntry? entry)
    {
        if (entry is null)
        {
            entries.Remove(key);
        }
        else
        {
            entries[key] = entry;
        }
    }
}
