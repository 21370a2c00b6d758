namespace Sidecar.State;

/// <summary>A caller's request to store a value under a key, before it is checked.</summary>
internal sealed record SaveRequest(
    string Key,
    ReadOnlyMemory<byte> Value,
    string? ETag = null,
    string? Concurrency = null,
    string? Consistency = null,
    IReadOnlyDictionary<string, string>? Metadata = null
)
{
    /// <summary>True if the value was sent as JSON, so that the quotes of a text are not part of the text.</summary>
    public bool IsJson { get; init; }

    /// <summary>The JSON as it was sent, if <paramref name="Value"/> is another encoding of it.</summary>
    public ReadOnlyMemory<byte>? Sent { get; init; }

    /// <summary>The content type given beside the value, which the outbox prefers to the one in the metadata.</summary>
    public string? ContentType { get; init; }
}

internal sealed record DeleteRequest(string Key, string? ETag = null, string? Concurrency = null, string? Consistency = null);

/// <summary>One operation of a transaction: exactly one of the two properties is set.</summary>
internal sealed record TransactionOperation(SaveRequest? Upsert, DeleteRequest? Delete);

/// <summary>A key that was read together with others: its entry, null if there is none, or why it could not be read.</summary>
internal sealed record BulkItem(string Key, StateEntry? Entry, string? Error = null);
