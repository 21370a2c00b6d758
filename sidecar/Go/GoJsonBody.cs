using System.Text.Json;

namespace Sidecar.Go;

/// <summary>
/// Reads a body as Go reads it into a struct: names without regard to case, the first value only, and problems with Go's texts. A problem
/// is a <see cref="FormatException"/>, which each route maps to its own error.
/// </summary>
internal static class GoJsonBody
{
    public static JsonDocument Parse(ReadOnlySpan<byte> body)
    {
        var value = GoJsonScanner.First(body, out var problem);
        if (problem is not null)
        {
            throw new FormatException(problem);
        }
        return JsonDocument.Parse(GoJsonText.Repair(value), new JsonDocumentOptions { MaxDepth = GoJsonScanner.MaxDepth + 1 });
    }

    /// <param name="goType">Go's name of the expected type, <c>[]state.SetRequest</c> for example.</param>
    public static JsonElement Expect(JsonElement value, JsonValueKind kind, string goType) =>
        value.ValueKind == kind ? value : throw new FormatException($"json: cannot unmarshal {Kind(value)} into Go value of type {goType}");

    public static JsonElement? Property(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return null;
        }
        JsonElement? found = null;
        foreach (var property in element.EnumerateObject())
        {
            if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                found = property.Value;
            }
        }
        return found;
    }

    public static string? Text(JsonElement element, string goStruct, string name) =>
        Property(element, name) switch
        {
            null or { ValueKind: JsonValueKind.Null } => null,
            { ValueKind: JsonValueKind.String } value => value.GetString(),
            { } other => throw Mismatch(other, $"{goStruct}.{name}", "string"),
        };

    /// <param name="goType">Go's name of the field's type.</param>
    public static JsonElement Struct(JsonElement element, string goStruct, string name, string goType) =>
        Property(element, name) switch
        {
            null or { ValueKind: JsonValueKind.Null } => default,
            { ValueKind: JsonValueKind.Object } value => value,
            { } other => throw Mismatch(other, $"{goStruct}.{name}", goType),
        };

    /// <summary>Checks a field of Go's type int.</summary>
    public static void CheckInt(JsonElement element, string goStruct, string name)
    {
        if (Property(element, name) is not { ValueKind: not JsonValueKind.Null } value)
        {
            return;
        }
        if (value.ValueKind != JsonValueKind.Number)
        {
            throw Mismatch(value, $"{goStruct}.{name}", "int");
        }
        if (!value.TryGetInt64(out _))
        {
            throw new FormatException(
                $"json: cannot unmarshal number {value.GetRawText()} into Go struct field {goStruct}.{name} of type int"
            );
        }
    }

    public static Dictionary<string, string> Texts(JsonElement element, string goStruct, string name)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        switch (Property(element, name))
        {
            case null or { ValueKind: JsonValueKind.Null }:
                break;
            case { ValueKind: JsonValueKind.Object } map:
                foreach (var item in map.EnumerateObject())
                {
                    texts[item.Name] = item.Value.ValueKind switch
                    {
                        JsonValueKind.String => item.Value.GetString()!,
                        JsonValueKind.Null => "",
                        _ => throw Mismatch(item.Value, $"{goStruct}.{name}", "string"),
                    };
                }
                break;
            case { } other:
                throw Mismatch(other, $"{goStruct}.{name}", "map[string]string");
        }
        return texts;
    }

    /// <summary>Go's error for a value of the wrong kind.</summary>
    /// <param name="field">The struct's name and the path to the field.</param>
    public static FormatException Mismatch(JsonElement value, string field, string goType) =>
        new($"json: cannot unmarshal {Kind(value)} into Go struct field {field} of type {goType}");

    private static string Kind(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.Number => "number",
            JsonValueKind.Null => "null",
            _ => "bool",
        };
}
