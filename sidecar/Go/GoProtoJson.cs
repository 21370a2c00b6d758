using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;

namespace Sidecar.Go;

/// <summary>
/// Finds what Go's <c>protojson</c> would refuse in a message given as JSON, with its text: position, field and value. Unknown fields are
/// passed over, as daprd does.
/// </summary>
internal static partial class GoProtoJson
{
    /// <summary>Returns the first problem of <paramref name="json"/>, or null if the message can be read.</summary>
    /// <param name="beside">Fields that the body has beside those of the message.</param>
    public static string? Problem(ReadOnlySpan<byte> json, MessageDescriptor type, params FieldDescriptor[] beside)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = GoJsonScanner.MaxDepth });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return Unexpected(json, ref reader);
            }
            return OfMessage(json, ref reader, [.. type.Fields.InDeclarationOrder(), .. beside]);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // half of a surrogate pair in a name
        {
            return Unreadable(json, (int)reader.BytesConsumed);
        }
    }

    private static string? OfMessage(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, IList<FieldDescriptor> fields)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            var field = fields.FirstOrDefault(field => field.JsonName == name || field.Name == name);
            reader.Read();
            if (field is null || IsFree(field))
            {
                reader.Skip();
            }
            else if (OfField(json, ref reader, field) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    /// <summary>Maps and Google's own types, which have JSON forms of their own, are left to the parser.</summary>
    private static bool IsFree(FieldDescriptor field) =>
        field.IsMap
        || field is { FieldType: FieldType.Message } && field.MessageType.FullName.StartsWith("google.protobuf.", StringComparison.Ordinal);

    private static string? OfField(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, FieldDescriptor field)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }
        if (!field.IsRepeated)
        {
            return OfValue(json, ref reader, field);
        }
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            return Unexpected(json, ref reader);
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (OfValue(json, ref reader, field) is { } problem)
            {
                return problem;
            }
        }
        return null;
    }

    private static string? OfValue(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message)
        {
            return reader.TokenType == JsonTokenType.StartObject
                ? OfMessage(json, ref reader, field.MessageType.Fields.InDeclarationOrder())
                : Unexpected(json, ref reader);
        }
        return Fits(ref reader, field)
            ? null
            : $"proto: ({Position(json, (int)reader.TokenStartIndex)}): invalid value for "
                + $"{field.FieldType.ToString().ToLowerInvariant()} field {field.JsonName}: {Raw(json, ref reader)}";
    }

    private static bool Fits(ref Utf8JsonReader reader, FieldDescriptor field) =>
        field.FieldType switch
        {
            FieldType.String or FieldType.Bytes => reader.TokenType == JsonTokenType.String,
            FieldType.Bool => reader.TokenType is JsonTokenType.True or JsonTokenType.False,
            FieldType.Enum => reader.TokenType is JsonTokenType.String or JsonTokenType.Number,
            FieldType.Double or FieldType.Float => Number(ref reader) is not null,
            FieldType.UInt32 or FieldType.Fixed32 => Number(ref reader) is >= 0 and <= uint.MaxValue and var number && Whole(number),
            FieldType.Int32 or FieldType.SInt32 or FieldType.SFixed32 => Number(ref reader)
                is >= int.MinValue
                    and <= int.MaxValue
                    and var number
                && Whole(number),
            FieldType.UInt64 or FieldType.Fixed64 => Number(ref reader) is >= 0 and var number && Whole(number),
            _ => Number(ref reader) is { } number && Whole(number),
        };

    private static bool Whole(double number) => Math.Floor(number) == number;

    /// <summary>A number, or a text that is one.</summary>
    private static double? Number(ref Utf8JsonReader reader) =>
        reader.TokenType switch
        {
            JsonTokenType.Number => reader.GetDouble(),
            JsonTokenType.String
                when double.TryParse(reader.GetString(), System.Globalization.CultureInfo.InvariantCulture, out var number) => number,
            _ => null,
        };

    private static string Unexpected(ReadOnlySpan<byte> json, ref Utf8JsonReader reader) =>
        $"proto: syntax error ({Position(json, (int)reader.TokenStartIndex)}): unexpected token {Raw(json, ref reader)}";

    /// <summary>Text that is no JSON: from the place where the reader stopped, as much as Go prints.</summary>
    private static string Unreadable(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
        {
            at++;
        }
        return at >= json.Length
            ? $"proto: syntax error ({Position(json, at)}): unexpected token "
            : $"proto: syntax error ({Position(json, at)}): invalid value {Excerpt().Match(Encoding.UTF8.GetString(json[at..]))}";
    }

    private static string Raw(ReadOnlySpan<byte> json, ref Utf8JsonReader reader) =>
        Encoding.UTF8.GetString(json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed]);

    /// <summary>Line and column, counted from one, the column in characters.</summary>
    private static string Position(ReadOnlySpan<byte> json, int at)
    {
        var before = json[..at];
        var start = before.LastIndexOf((byte)'\n') + 1;
        return $"line {before.Count((byte)'\n') + 1}:{Encoding.UTF8.GetCharCount(before[start..]) + 1}";
    }

    [GeneratedRegex("^(?:[-+._a-zA-Z0-9]{1,32}|.)", RegexOptions.CultureInvariant)]
    private static partial Regex Excerpt();
}
