using System.Globalization;
using Sidecar.Go;
using Sidecar.Redis;
using StackExchange.Redis;

namespace Sidecar.State.Drivers;

/// <summary>
/// <c>state.redis</c> in daprd's layout: a hash per key with <c>data</c>, <c>version</c> (the ETag) and <c>first-write</c>. Keys that have
/// to be listed are kept in a sorted set beside them, because Redis can't look up keys by prefix.
/// </summary>
internal sealed class RedisStateStore(RedisServer server, TimeSpan? timeToLive) : ITransactionalStateStore, IBulkStateStore, IKeyListing
{
    private const string Index = "sidecar||keys";

    /// <summary>
    /// Keys of the actors that daprd runs workflows by. Source: daprd's actor types <c>dapr.internal.{namespace}.{app}.workflow</c>.
    /// </summary>
    private const string WorkflowKeys = "*||dapr.internal.*";

    private static readonly RedisValue[] Fields = ["data", "version"];

    private readonly IDatabase redis = server.Database;
    private readonly SemaphoreSlim indexing = new(1);
    private bool indexed; // written under indexing

    public async ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation)
    {
        try
        {
            var values = await redis.HashGetAsync(key, Fields);
            return Entry(values[0], values[1]);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // Plain strings were written by other programs, or by daprd before it had ETags.
            return new StateEntry((byte[])(await redis.StringGetAsync(key))!, "");
        }
    }

    /// <summary>Pipelined: one round trip for all. A key that can't be read does not affect the others.</summary>
    public async ValueTask<IReadOnlyList<BulkItem>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellation) =>
        await Task.WhenAll(keys.Select(key => ReadAsync(key, cancellation)));

    public TimeSpan? ReadTimeToLive(string? text) => TimeToLive.OfRedis(text, timeToLive);

    public bool ChecksOptions(StateWriteKind kind, bool inTransaction) => !inTransaction;

    public async ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation) =>
        await ApplyAsync([write], alone: true);

    public async ValueTask<IReadOnlyList<StateFailure?>> WriteManyAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation) =>
        await Task.WhenAll(writes.Select(write => ApplyAsync([write], alone: true)));

    public async ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation) =>
        await ApplyAsync(writes, alone: false);

    public async ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation) =>
        (string[])(await ListAsync(prefix, after, limit, withValues: false))!;

    public async ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    )
    {
        var flat = (RedisValue[])(await ListAsync(prefix, after, limit, withValues: true))!;
        return [.. flat.Chunk(3).Select(row => KeyValuePair.Create((string)row[0]!, new StateEntry(row[1], row[2]!)))];
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task<BulkItem> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return new BulkItem(key, await GetAsync(key, cancellation));
        }
        catch (Exception e) when (e is RedisException or TimeoutException or InvalidDataException)
        {
            return new BulkItem(key, null, e.Message);
        }
    }

    /// <param name="alone">False in a transaction, in which daprd ignores first-write. Outside of one it marks the record, also beside an
    /// ETag.</param>
    private async Task<StateFailure?> ApplyAsync(IReadOnlyList<StateWrite> writes, bool alone)
    {
        var keys = new RedisKey[writes.Count + 1];
        var values = new RedisValue[writes.Count * 5];
        for (var i = 0; i < writes.Count; i++)
        {
            if ((Unreadable(writes[i]) ?? (alone ? null : Document(writes[i]))) is { } invalid)
            {
                return invalid;
            }
            keys[i] = writes[i].Key;
            Arguments(writes[i], alone).CopyTo(values, i * 5);
        }
        keys[^1] = Index;
        var refused = (int)await redis.ScriptEvaluateAsync(RedisScripts.Write, keys, values);
        return refused == 0 ? null : Failure(writes[(refused / 10) - 1], exists: refused % 10 == 2);
    }

    private RedisValue[] Arguments(StateWrite write, bool alone)
    {
        var upsert = write.Kind == StateWriteKind.Upsert;
        var first = write.FirstWrite && (write.AsInDaprd ? alone : write.ETag is null);
        var expiry = write.TimeToLive is { } ttl ? ((long)ttl.TotalSeconds).ToString(CultureInfo.InvariantCulture) : "";
        return
        [
            write.AsInDaprd
                ? upsert
                    ? "s"
                    : "d"
                : upsert
                    ? "S"
                    : "D",
            (write.LastWrite ? null : write.ETag) ?? (write.AsInDaprd ? "0" : ""),
            first ? "1" : "",
            expiry,
            upsert ? write.Value : "",
        ];
    }

    /// <summary>A version is a number; daprd reports another ETag as invalid for writes, and as a mismatch for deletes.</summary>
    private static StateFailure? Unreadable(StateWrite write) =>
        write is { AsInDaprd: true, Kind: StateWriteKind.Upsert, LastWrite: false, ETag: { } etag }
        && GoNumbers.ProblemOf(etag, "Atoi") is { } problem
            ? new StateFailure(StateFailureKind.ETagInvalid, write.Key, $"invalid etag value: {problem}")
            : null;

    /// <summary>
    /// In a transaction daprd stores a value with the metadata <c>contentType: application/json</c> by JSON.SET, a command of the RedisJSON
    /// module.
    /// </summary>
    private static StateFailure? Document(StateWrite write) =>
        write is { AsDocument: true, Kind: StateWriteKind.Upsert }
            ? new StateFailure(
                StateFailureKind.Unavailable,
                write.Key,
                $"ERR Unknown Redis command called from script: contentType application/json of '{write.Key}' needs a Redis "
                    + "with RedisJSON; leave it out of the operation's metadata"
            )
            : null;

    private static StateFailure Failure(StateWrite write, bool exists)
    {
        var what = write.Kind == StateWriteKind.Upsert ? $"failed to set key {write.Key}" : $"failed to delete {write.Key}";
        return exists ? new StateFailure(StateFailureKind.KeyExists, write.Key, what)
            : write.ETag is null && write.AsInDaprd ? new StateFailure(StateFailureKind.Refused, write.Key, what)
            : new StateFailure(StateFailureKind.ETagMismatch, write.Key, $"possible etag mismatch. error from state store: {what}");
    }

    private static StateEntry? Entry(RedisValue data, RedisValue version) =>
        (data.IsNull, version.IsNull) switch
        {
            (true, true) => null,
            (false, false) => new StateEntry(data, version!),
            _ => throw new InvalidDataException("required hash field 'data' or 'version' was not found"),
        };

    /// <summary>Adds the keys of workflows that a daprd has written to the index, once before the first list.</summary>
    private async Task IndexedAsync()
    {
        if (Volatile.Read(ref indexed))
        {
            return;
        }
        await indexing.WaitAsync();
        try
        {
            if (!indexed)
            {
                await foreach (var key in server.ScanAsync(WorkflowKeys))
                {
                    await redis.SortedSetAddAsync(Index, (string)key!, 0, SortedSetWhen.NotExists);
                }
                Volatile.Write(ref indexed, true);
            }
        }
        finally
        {
            indexing.Release();
        }
    }

    private async Task<RedisResult> ListAsync(string prefix, string? after, int limit, bool withValues)
    {
        await IndexedAsync();
        RedisValue from = after is not null && string.CompareOrdinal(after, prefix) >= 0 ? "(" + after : "[" + prefix;
        byte[] to = [(byte)'(', .. System.Text.Encoding.UTF8.GetBytes(prefix), 0xFF]; // no UTF-8 text continues with this byte
        return await redis.ScriptEvaluateAsync(RedisScripts.List, [Index], [from, to, limit, withValues ? "1" : ""]);
    }
}
