namespace Sidecar.PubSub.Publishing;

/// <summary>One entry of a bulk publish; <paramref name="EntryId"/> is unique in its request.</summary>
internal sealed record BulkEntry(
    string EntryId,
    ReadOnlyMemory<byte> Event,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata
);

internal sealed record FailedEntry(string EntryId, string Error);
