using System.Text.Json;

namespace Sidecar.PubSub.Events;

/// <summary>The ordering key of a message for brokers without keys: its <c>partitionKey</c>, or the subject of the event.</summary>
internal static class OrderingKeys
{
    public static string? Of(ReadOnlyMemory<byte> data, IReadOnlyDictionary<string, string> metadata) =>
        metadata.GetValueOrDefault("partitionKey") ?? Subject(data.Span);

    private static string? Subject(ReadOnlySpan<byte> data)
    {
        var reader = new Utf8JsonReader(data);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return null;
            }
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isSubject = reader.ValueTextEquals("subject"u8);
                reader.Read();
                if (isSubject && reader.TokenType == JsonTokenType.String)
                {
                    return reader.GetString();
                }
                reader.Skip();
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // No JSON, so no event; or a subject that is no Unicode, which orders nothing.
        }
        return null;
    }
}
