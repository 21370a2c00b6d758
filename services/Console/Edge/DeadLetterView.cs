using System.Text.Json;

namespace Console.Edge;

public sealed record DeadLetterView(string Id, string App, string Type, string Topic, DateTimeOffset Since, int Times, JsonElement Event)
{
    public string? Subject { get; init; }

    public string? Reason { get; init; }
}

public sealed record ReplayedView(int Replayed, string? NextCursor = null);
