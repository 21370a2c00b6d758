using System.Globalization;
using System.Text.Json;

namespace ServiceDefaults.Refusals;

/// <summary>
/// Says what is wrong with a body in the words of the contract, without the names of internal types that the serializer's own messages
/// hold.
/// </summary>
internal static class MalformedJson
{
    public static string Describe(JsonException failure)
    {
        var position = failure.LineNumber is { } line
            ? string.Create(CultureInfo.InvariantCulture, $" (line {line + 1}, byte {(failure.BytePositionInLine ?? 0) + 1})")
            : "";
        // The serializer names a path when the text is JSON and a value does not fit; the reader of malformed text knows only where it
        // stopped.
        return failure.Path is { Length: > 1 } path
            ? $"The value at {path} does not fit the contract{position}."
            : $"The body is not valid JSON{position}.";
    }
}
