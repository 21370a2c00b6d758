using System.Text.Json;

namespace Sidecar.Go;

/// <summary>
/// A field of a Go struct: a text, with <paramref name="IsMap"/> a map of texts, or with <paramref name="Fields"/> a struct.
/// </summary>
internal sealed record GoField(string Name, bool IsMap = false, params GoField[] Fields);

/// <summary>
/// Finds what Go's <c>mapstructure</c> refuses when it decodes a JSON object into a struct, with its text. daprd reads the operations of
/// transactions that way, after it has read the whole body as JSON.
/// </summary>
internal static class GoMap
{
    /// <summary>Returns the problem, or null if the value fits. Null fits every type; other members are passed over.</summary>
    public static string? Problem(JsonElement value, IReadOnlyList<GoField> fields)
    {
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
        {
            return null;
        }
        if (value.ValueKind != JsonValueKind.Object)
        {
            return NoMap(value, "");
        }
        var problems = OfStruct(value, fields, "").Order(StringComparer.Ordinal).Select(problem => $"* {problem}").ToList();
        return problems.Count == 0 ? null : $"{problems.Count} error(s) decoding:\n\n{string.Join('\n', problems)}";
    }

    private static IEnumerable<string> OfStruct(JsonElement value, IReadOnlyList<GoField> fields, string prefix) =>
        fields.SelectMany(field => OfField(GoJsonBody.Property(value, field.Name) ?? default, field, prefix + field.Name));

    private static IEnumerable<string> OfField(JsonElement value, GoField field, string path)
    {
        if (!field.IsMap && field.Fields.Length == 0)
        {
            return OfText(value, path);
        }
        return value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null => [],
            JsonValueKind.Object when field.IsMap => value.EnumerateObject().SelectMany(item => OfText(item.Value, $"{path}[{item.Name}]")),
            JsonValueKind.Object => OfStruct(value, field.Fields, path + "."),
            _ => [NoMap(value, path)],
        };
    }

    private static string[] OfText(JsonElement value, string path) =>
        value.ValueKind switch
        {
            JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.String => [],
            _ => [$"'{path}' expected type 'string', got unconvertible type '{GoFormat.TypeOf(value)}', value: '{GoFormat.Print(value)}'"],
        };

    private static string NoMap(JsonElement value, string path) =>
        $"'{path}' expected a map, got '{(value.ValueKind == JsonValueKind.Array ? "slice" : GoFormat.TypeOf(value))}'";
}
