namespace Sidecar.State;

/// <summary>
/// A state store component. Keys arrive complete (prefix included); values are bytes and are returned unchanged. All members may be called
/// concurrently. A write that has completed survives <c>kill -9</c> on a store that claims durability.
/// </summary>
internal interface IStateStore : IAsyncDisposable
{
    /// <summary>The value under <paramref name="key"/>, or null when absent or expired.</summary>
    ValueTask<StateEntry?> GetAsync(string key, CancellationToken cancellation);

    /// <summary>
    /// Reads the metadata <c>ttlInSeconds</c> of a value of an app or an actor. Without text the component's own time to live applies, if
    /// it has one. Null means no expiry.
    /// </summary>
    /// <exception cref="FormatException">The text is no time to live for this store; the message is daprd's.</exception>
    TimeSpan? ReadTimeToLive(string? text) => TimeToLive.OfDatabase(text);

    /// <summary>True if daprd's component of this type checks concurrency and consistency of such a write.</summary>
    bool ChecksOptions(StateWriteKind kind, bool inTransaction) => true;

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
    /// <summary>Like <see cref="IStateStore.GetAsync"/> for each key, in their order. An item may have an error of its own.</summary>
    ValueTask<IReadOnlyList<BulkItem>> GetManyAsync(IReadOnlyList<string> keys, CancellationToken cancellation);

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
