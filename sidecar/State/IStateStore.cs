namespace Sidecar.State;

/// <summary>
/// A state store component. Keys arrive complete (prefix included); values are bytes and are returned unchanged. All members may be called
/// concurrently. A write that has completed survives <c>kill -9</c> on a store that claims durability.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>The value under <paramref name="key"/>, or null when absent or expired.</summary>
    ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>Carries out one write. Null when done; otherwise why nothing was changed.</summary>
    ValueTask<StateFailure?> WriteAsync(StateWrite write, CancellationToken cancellation);
}

/// <summary>The ability to apply several writes in one transaction.</summary>
internal interface ITransactionalStateStore : IStateStore
{
    /// <summary>Applies all writes in their order, or none. Null on success; otherwise the first failure.</summary>
    ValueTask<StateFailure?> TransactAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation);
}

/// <summary>The ability to process many keys in one round trip.</summary>
internal interface IBulkStateStore : IStateStore
{
    /// <summary>Like <see cref="IStateStore.GetAsync"/> for each key, in their order.</summary>
    ValueTask<IReadOnlyList<StateEntry?>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellation);

    /// <summary>
    /// Like <see cref="IStateStore.WriteAsync"/> for each write, in their order: a failed one does not affect the others.
    /// </summary>
    ValueTask<IReadOnlyList<StateFailure?>> WriteManyAsync(IReadOnlyList<StateWrite> writes, CancellationToken cancellation);
}

/// <summary>The ability to delete with a later commit, at no extra cost.</summary>
internal interface IUnhurriedDeletes
{
    /// <summary>
    /// Deletes records that do no harm if a crash restores them: with the store's next commit, a moment later at the latest. Completes once
    /// they are deleted durably.
    /// </summary>
    Task DeleteLaterAsync(IReadOnlyList<string> keys);
}

/// <summary>The ability to list stored keys; Dapr calls it the keys-like feature.</summary>
internal interface IKeyListing
{
    /// <summary>
    /// Lists at most <paramref name="limit"/> keys that start with <paramref name="prefix"/>, in ordinal order, after <paramref
    /// name="after"/> (exclusive; null from the start). Expired keys are left out. A store need not list keys written with <see
    /// cref="StateWrite.AsInDaprd"/>: keys of apps are not listed.
    /// </summary>
    ValueTask<IReadOnlyList<string>> ListKeysAsync(string prefix, string? after, int limit, CancellationToken cancellation);

    /// <summary>Like <see cref="ListKeysAsync"/>, with the values: one round trip for a range, an instance's history for example.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, StateEntry>>> ListEntriesAsync(
        string prefix,
        string? after,
        int limit,
        CancellationToken cancellation
    );
}

/// <summary>A stored value. <paramref name="ETag"/> is never empty and changes with every write of the key.</summary>
internal sealed record StateEntry(ReadOnlyMemory<byte> Value, string ETag, DateTimeOffset? ExpiresAt = null);

internal enum StateWriteKind
{
    Upsert,
    Delete,
}

/// <summary>
/// One write. <paramref name="ETag"/> null: unconditional, unless <paramref name="FirstWrite"/>, which requires that the key is absent.
/// <paramref name="TimeToLive"/> null: never expires, and removes an earlier expiry.
/// </summary>
internal sealed record StateWrite(
    StateWriteKind Kind,
    string Key,
    ReadOnlyMemory<byte> Value = default,
    string? ETag = null,
    bool FirstWrite = false,
    TimeSpan? TimeToLive = null
)
{
    /// <summary>
    /// True for the conditions of daprd's component of the same type, which differ between stores; callers of the API get these. False for
    /// the conditions described here, the same on every store; actors and workflows rely on these.
    /// </summary>
    public bool AsInDaprd { get; init; }

    /// <summary>True if the value was sent as JSON, not as bytes that happen to be JSON; a store may distinguish the two.</summary>
    public bool IsJson { get; init; }

    /// <summary>
    /// The metadata name the content type <c>application/json</c>; <c>state.redis</c> stores such a value by another command.
    /// </summary>
    public bool AsDocument { get; init; }

    public static StateWrite Upsert(
        string key,
        ReadOnlyMemory<byte> value,
        string? etag = null,
        bool firstWrite = false,
        TimeSpan? ttl = null
    ) => new(StateWriteKind.Upsert, key, value, etag, firstWrite, ttl);

    public static StateWrite Delete(string key, string? etag = null) => new(StateWriteKind.Delete, key, ETag: etag);
}

internal enum StateFailureKind
{
    /// <summary>The ETag given is not the stored one, or the key is absent.</summary>
    ETagMismatch,

    /// <summary>The ETag given cannot be one of this store.</summary>
    ETagInvalid,

    /// <summary>First-write without ETag found a value.</summary>
    KeyExists,

    /// <summary>A condition without ETag did not hold, on a store for which daprd reports that as an error of the store.</summary>
    Refused,

    /// <summary>The store could not be reached or answered with an error.</summary>
    Unavailable,
}

/// <summary>The reason why a write changed nothing.</summary>
internal sealed record StateFailure(StateFailureKind Kind, string Key, string Message);
