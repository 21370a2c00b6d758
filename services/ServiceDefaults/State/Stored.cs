using System.Text.Json;

namespace ServiceDefaults.State;

/// <summary>A record, and the ETag that guards its next write. An empty ETag: it is not stored yet, and the write creates it.</summary>
public sealed record Stored<T>(T Value, string ETag)
{
    public bool IsMissing => ETag.Length == 0;

    /// <summary>A record that was not found, as the next write is to find it.</summary>
    public static Stored<T> Missing(T initial) => new(initial, "");
}

/// <summary>A record as JSON. No ETag: the record does not exist.</summary>
public sealed record StoredJson(string Json, string? ETag)
{
    public static readonly StoredJson Missing = new("", null);

    public T? As<T>()
        where T : class => ETag is null ? null : JsonSerializer.Deserialize<T>(Json, ServiceDefaults.Json.Options);
}
