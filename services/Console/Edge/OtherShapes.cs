using System.Text.Json;
using System.Text.Json.Serialization;

namespace Console.Edge;

public sealed record ProductView(string ProductId, string Name, long Price, string Currency, int Available, int Reserved, int Sold);

public sealed record DeadLetterView(string Id, string App, string Type, string Topic, DateTimeOffset Since, int Times, JsonElement Event)
{
    public string? Subject { get; init; }

    public string? Reason { get; init; }
}

public sealed record ReplayedView(int Replayed);

/// <summary>A service as the gateway finds it. <paramref name="Milliseconds"/>: how long its answer took.</summary>
public sealed record ServiceHealthView(string AppId, bool Healthy, double Milliseconds);

/// <summary>Source: the gateway's contract, <c>POST /api/auth/token</c>.</summary>
public sealed record TokenView(string Token, [property: JsonPropertyName("expires_in")] int ExpiresIn);
