using System.Text.Json;

namespace ServiceDefaults.State;

/// <summary>A record, and the ETag that guards its next write.</summary>
public sealed record Stored<T>(T Value, string ETag);

/// <summary>A record as JSON. No ETag: the record does not exist.</summary>
public sealed record StoredJson(string Json, string? ETag)
{
    public static readonly StoredJson Missing = new("", null);

    public T? As<T>()
        where T : class => ETag is null ? null : JsonSerializer.Deserialize<T>(Json, ServiceDefaults.Json.Options);
}
