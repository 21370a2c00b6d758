using System.Text.Json;

namespace Console.Edge;

public sealed record StoredEventView(string EventId, int Version, DateTimeOffset OccurredAt, JsonElement Event)
{
    public string Type => Event.TryGetProperty("type", out var type) ? type.GetString() ?? "" : "";
}
