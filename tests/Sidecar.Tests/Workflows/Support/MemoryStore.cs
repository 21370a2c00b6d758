using System.Collections.Immutable;
using System.Globalization;
using Sidecar.State;

namespace Sidecar.Tests.Workflows.Support;

/// <summary>
/// A store that keeps every commit, so that a test can continue from any of them as after a crash, and that can be set to fail.
/// </summary>
internal sealed class MemoryStore : ITransactionalStateStore, IKeyListing
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, StateEntry> entries = new(StringComparer.Ordinal);
    private readonly SortedSet<string> keys = new(StringComparer.Ordinal);
    private readonly List<ImmutableDictionary<string, StateEntry>> commits = [];
    private long version;

    public MemoryStore(ImmutableDictionary<string, StateEntry>? from = null)
    {
        foreach (var (key, entry) in from ?? ImmutableDictionary<string, StateEntry>.Empty)
        {
            entries[key] = entry;
            keys.Add(key);
            version = Math.Max(version, long.Parse(entry.ETag, CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Called before a commit; a returned failure prevents it.</summary>
    public Func<IReadOnlyList<StateWrite>, StateFailure?>? FailBefore { get; set; }

    /// <summary>Called after a commit; a returned failure is reported although everything was written.</summary>
    public Func<IReadOnlyList<StateWrite>, StateFailure?>? FailAfter { get; set; }

    /// <summary>Awaited before a record is read: a store that takes its time.</summary>
    public Func<Task>? BeforeRead { get; set; }

    public bool RecordsCommits { get; init; }

    public IReadOnlyList<ImmutableDictionary<string, StateEntry>> Commits
    {
        get
        {
            lock (gate)
            {
                return [.. commits];
            }
        }
    }

    public IReadOnlyList<string> Keys
    {
        get
        {
            lock (gate)
            {
                return [.. keys];
            }
        }
    }

    public int CommitCount { get; private set; }

    public int ReadCount { get; private set; }

    public ImmutableDictionary<string, StateEntry> Snapshot()
    {
        lock (gate)
        {
            return entries.ToImmutableDictionary(StringComparer.Ordinal);
        }
    }

    public async ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        if (BeforeRead?.Invoke() is { } pause)
        {
            await pause;
        }

        lock (gate)
        {
            ReadCount++;
            return entries.GetValueOrDefault(key);
        }
    }

    public ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation) => TransactAsync([write], cancellation);

    public ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation)
    {
        if (FailBefore?.Invoke(writes) is { } refused)
        {
            return new(refused);
        }

        lock (gate)
        {
            if (writes.Select(Check).FirstOrDefault(f => f is not null) is { } failure)
            {
                return new(failure);
            }

            foreach (var write in writes)
            {
                Apply(write);
            }

            CommitCount++;
            if (RecordsCommits)
            {
                commits.Add(entries.ToImmutableDictionary(StringComparer.Ordinal));
            }
        }

        return new(FailAfter?.Invoke(writes));
    }

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        [.. (await ListEntriesAsync(prefix, after, limit, cancellation)).Select(e => e.Key)];

    public ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        lock (gate)
        {
            ReadCount++;
            var from = after is not null && string.CompareOrdinal(after, prefix) > 0 ? after : prefix;
            return new([
                .. keys.GetViewBetween(from, prefix + '\uffff')
                    .Where(k => k != after && k.StartsWith(prefix, StringComparison.Ordinal))
                    .Take(limit)
                    .Select(k => KeyValuePair.Create(k, entries[k])),
            ]);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private StateFailure? Check(StateWrite write)
    {
        var present = entries.TryGetValue(write.Key, out var entry);
        if (write.ETag is not null && entry?.ETag != write.ETag)
        {
            return new(StateFailureKind.ETagMismatch, write.Key, "etag mismatch");
        }

        return write is { FirstWrite: true, ETag: null } && present ? new(StateFailureKind.KeyExists, write.Key, "key exists") : null;
    }

    private void Apply(StateWrite write)
    {
        if (write.Kind == StateWriteKind.Delete)
        {
            entries.Remove(write.Key);
            keys.Remove(write.Key);
        }
        else
        {
            entries[write.Key] = new StateEntry(write.Value.ToArray(), (++version).ToString(CultureInfo.InvariantCulture));
            keys.Add(write.Key);
        }
    }
}
