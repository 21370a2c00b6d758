using System.Buffers;
using System.Text.Json;
using Sidecar.Go;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.PubSub.Events;

/// <summary>The body of a bulk delivery to an HTTP app. Source: Dapr docs, "Publish and subscribe to bulk messages".</summary>
internal static class BulkEnvelope
{
    public static ReadOnlyMemory<byte> Write(string pubsub, string topic, IReadOnlyList<DeliveredEntry> entries)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json, GoJsonEncoder.WriterOptions))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("entries"u8);
            foreach (var entry in entries)
            {
                Write(writer, entry);
            }
            writer.WriteEndArray();
            writer.WriteString("id"u8, Guid.NewGuid());
            writer.WriteStartObject("metadata"u8);
            writer.WriteString(DeliveryMetadata.PubSubName, pubsub);
            writer.WriteEndObject();
            writer.WriteString("pubsubname"u8, pubsub);
            writer.WriteString("topic"u8, topic);
            writer.WriteString("type"u8, "com.dapr.event.sent.bulk"u8);
            writer.WriteEndObject();
        }
        return json.WrittenMemory;
    }

    private static void Write(Utf8JsonWriter writer, DeliveredEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("entryId"u8, entry.EntryId);
        writer.WritePropertyName("event"u8);
        if (entry.Event.Raw is { } raw)
        {
            writer.WriteBase64StringValue(raw.Span);
        }
        else
        {
            entry.Event.Envelope.WriteTo(writer);
        }
        Write(writer, entry.Event.Metadata);
        writer.WriteString("contentType"u8, entry.Event.Raw is null ? CloudEvents.ContentType : "application/octet-stream");
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, IReadOnlyDictionary<string, string> metadata)
    {
        if (!BrokerMessage.IsGiven(metadata))
        {
            writer.WriteNull("metadata"u8);
            return;
        }
        writer.WriteStartObject("metadata"u8);
        foreach (var (name, value) in metadata)
        {
            writer.WriteString(name, value);
        }
        writer.WriteEndObject();
    }
}
