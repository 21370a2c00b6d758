namespace Sidecar.State;

/// <summary>
/// A stored value. <paramref name="ETag"/> changes with every write of the key. It is empty for a plain string of Redis only, which no
/// sidecar has written.
/// </summary>
internal sealed record StateEntry(ReadOnlyMemory<byte> Value, string ETag, DateTimeOffset? ExpiresAt = null);

internal enum StateWriteKind
{
    Upsert,
    Delete,
}

/// <summary>
/// One write. <paramref name="ETag"/> null: unconditional, unless <paramref name="FirstWrite"/>, which requires that the key is absent.
/// (Of the stores only <c>state.in-memory</c> requires that of a delete.)
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

    /// <summary>True if the caller has asked for last-write. daprd's <c>state.redis</c> ignores the ETag of such an upsert.</summary>
    public bool LastWrite { get; init; }

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

    public static StateWrite Delete(string key, string? etag = null, bool firstWrite = false) =>
        new(StateWriteKind.Delete, key, ETag: etag, FirstWrite: firstWrite);
}
