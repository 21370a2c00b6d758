namespace Sidecar.State.Drivers;

/// <summary><c>state.in-memory</c>: lost with the process, as in daprd. Expired values are removed after a second.</summary>
internal sealed class InMemoryStateStore : ITransactionalStateStore, IKeyListing
{
    private static readonly TimeSpan CleanupInterval = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly SortedDictionary<string, StateEntry> entries = new(StringComparer.Ordinal); // guarded by gate
    private readonly HashSet<string> expiring = new(StringComparer.Ordinal); // guarded by gate; keys of the entries with an expiry
    private readonly TimeProvider time;
    private readonly ITimer cleanup; // due only while there are entries with an expiry

    public InMemoryStateStore(TimeProvider time)
    {
        this.time = time;
        cleanup = time.CreateTimer(_ => CleanUp(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        lock (gate)
        {
            return ValueTask.FromResult(Alive(key));
        }
    }

    public TimeSpan? ReadTimeToLive(string? text) => TimeToLive.OfMemory(text);

    public bool ChecksOptions(StateWriteKind kind, bool inTransaction) => kind == StateWriteKind.Upsert || !inTransaction;

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation) => TransactAsync([write], cancellation);

    public ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        lock (gate)
        {
            // As in daprd, all ETags are compared before anything is written, also with earlier writes of the same transaction.
            foreach (var write in writes)
            {
                if (Refusal(write, Alive(write.Key)) is { } failure)
                {
                    return ValueTask.FromResult<StateFailure?>(failure);
                }
            }
            foreach (var write in writes)
            {
                Put(write.Key, write.Kind == StateWriteKind.Delete ? null : Entry(write));
            }
            return ValueTask.FromResult<StateFailure?>(null);
        }
    }

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        [.. (await ListEntriesAsync(prefix, after, limit, cancellation)).Select(entry => entry.Key)];

    public ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        lock (gate)
        {
            IReadOnlyList<KeyValuePair<string, StateEntry>> found =
            [
                .. entries
                    .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
                    .Where(entry => after is null || string.CompareOrdinal(entry.Key, after) > 0)
                    .Where(entry => !Expired(entry.Value))
                    .Take(limit),
            ];
            return ValueTask.FromResult(found);
        }
    }

    public ValueTask DisposeAsync() => cleanup.DisposeAsync();

    private static StateFailure? Refusal(StateWrite write, StateEntry? stored) =>
        write switch
        {
            { ETag: not null } when stored is null => new(
                StateFailureKind.ETagMismatch,
                write.Key,
                $"possible etag mismatch. error from state store: state not exist or expired for key={write.Key}"
            ),
            { ETag: { } etag } when stored.ETag != etag => new(
                StateFailureKind.ETagMismatch,
                write.Key,
                $"possible etag mismatch. error from state store: state etag not match for key={write.Key}: "
                    + $"current={stored.ETag}, expect={etag}"
            ),
            { ETag: null, FirstWrite: true } when stored is not null => new(
                StateFailureKind.KeyExists,
                write.Key,
                "possible etag mismatch. error from state store: item already exists and no etag was passed"
            ),
            _ => null,
        };

    private StateEntry Entry(StateWrite write) =>
        new(write.Value.ToArray(), Guid.NewGuid().ToString(), write.TimeToLive is { } ttl ? time.GetUtcNow() + ttl : null);

    private StateEntry? Alive(string key) => entries.TryGetValue(key, out var entry) && !Expired(entry) ? entry : null;

    private bool Expired(StateEntry entry) => entry.ExpiresAt <= time.GetUtcNow();

    /// <summary>Called under the gate.</summary>
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
        if (entry?.ExpiresAt is null)
        {
            expiring.Remove(key);
        }
        else if (expiring.Add(key) && expiring.Count == 1)
        {
            cleanup.Change(CleanupInterval, Timeout.InfiniteTimeSpan);
        }
    }

    private void CleanUp()
    {
        lock (gate)
        {
            foreach (var key in expiring.Where(key => Expired(entries[key])).ToList())
            {
                Put(key, null);
            }
            if (expiring.Count > 0)
            {
                cleanup.Change(CleanupInterval, Timeout.InfiniteTimeSpan);
            }
        }
    }
}
