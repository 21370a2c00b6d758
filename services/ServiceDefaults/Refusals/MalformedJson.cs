using System.Globalization;
using System.Text.Json;

namespace ServiceDefaults.Refusals;

/// <summary>
/// Describes a mistake in a JSON body in terms of the contract. The serializer's own messages contain names of internal types.
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
