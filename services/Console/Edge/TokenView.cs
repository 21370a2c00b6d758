using System.Text.Json.Serialization;

namespace Console.Edge;

/// <summary>Source: the gateway's contract, <c>POST /api/auth/token</c>.</summary>
public sealed record TokenView(string Token, [property: JsonPropertyName("expires_in")] int ExpiresIn);
