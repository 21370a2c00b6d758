using System.Text.Json.Nodes;

namespace Console.Edge;

/// <summary>The gateway's answer: a value or a problem, never both.</summary>
public sealed record Answer<T>(T? Value, Problem? Problem)
    where T : class;

/// <summary>An answer whose content does not matter.</summary>
public sealed class Done
{
    public static readonly Done Value = new();

    public static Answer<Done> Of(Answer<JsonNode> answer) => new(answer.Problem is null ? Value : null, answer.Problem);
}
