using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Components;

namespace Sidecar.Conversation;

/// <summary><c>conversation.echo</c>: returns the input and calls every tool, for tests of apps that use a model.</summary>
internal sealed class EchoConversation : ILanguageModel
{
    /// <exception cref="FormatException">The parameters of a tool are no JSON schema.</exception>
    public ConversationAnswer Converse(ConversationTurn turn)
    {
        List<ToolCall> calls =
        [
            .. turn
                .Tools.Index()
                .Select(tool => new ToolCall(
                    tool.Index.ToString(CultureInfo.InvariantCulture),
                    tool.Item.Name,
                    string.Join(',', ArgumentsOf(tool.Item))
                )),
        ];
        calls.AddRange(turn.Parts.OfType<ToolCall>());
        var content = string.Join('\n', turn.Parts.Select(Said).OfType<string>());
        return new ConversationAnswer(
            calls.Count > 0 ? "tool_calls" : "stop",
            content,
            calls,
            (ulong)content.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length
        );
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Said(ConversationPart part) =>
        part switch
        {
            TextPart said => said.Text,
            ToolAnswer answer => $"Tool Response for tool ID '{answer.ToolId}' with name '{answer.Name}': {answer.Content}",
            _ => null,
        };

    private static IEnumerable<string> ArgumentsOf(ConversationTool tool)
    {
        if (tool.Parameters is null || !tool.Parameters.Fields.TryGetValue("properties", out var properties))
        {
            return [];
        }
        return properties.KindCase == Value.KindOneofCase.StructValue
            ? properties.StructValue.Fields.Keys.Order(StringComparer.Ordinal)
            : throw new FormatException($"tool function properties must be a map[string]any, got {GoType(properties.KindCase)}");
    }

    private static string GoType(Value.KindOneofCase kind) =>
        kind switch
        {
            Value.KindOneofCase.StringValue => "string",
            Value.KindOneofCase.NumberValue => "float64",
            Value.KindOneofCase.BoolValue => "bool",
            Value.KindOneofCase.ListValue => "[]interface {}",
            _ => "<nil>",
        };
}
