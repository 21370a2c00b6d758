using System.Text.Json;

namespace ServiceDefaults.Events;

/// <summary>Reads attributes of events that may be anything.</summary>
public static class EventText
{
    /// <summary>Null unless the envelope has this attribute and it is text. Half a surrogate pair is none.</summary>
    public static string? Of(JsonElement envelope, string name)
    {
        if (
            envelope.ValueKind != JsonValueKind.Object
            || !envelope.TryGetProperty(name, out var value)
            || value.ValueKind != JsonValueKind.String
        )
        {
            return null;
        }
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
