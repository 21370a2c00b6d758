using System.Text.Json;
using Sidecar.Jobs;

namespace Sidecar.Actors;

/// <summary>
/// One write to an actor's state: exactly one of upsert (a value) and delete (none). An <paramref name="ETag"/> must be the stored one.
/// </summary>
internal sealed record ActorStateWrite(
    string Key,
    ReadOnlyMemory<byte>? Value,
    IReadOnlyDictionary<string, string> Metadata,
    string? ETag = null
);

/// <summary>A request to register a reminder or timer. Times have the format of Dapr's API; undefined data means none.</summary>
internal sealed record ReminderRequest(
    string? DueTime,
    string? Period,
    string? Ttl,
    JsonElement Data,
    string? Callback = null,
    bool Overwrite = true,
    FailurePolicy? OnFailure = null
);
