using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;

namespace Orders.Grpc.Following;

/// <summary>
/// The JSON of an event that came over gRPC. Dapr has fields for six attributes of a CloudEvent, and puts all others into the extensions.
/// </summary>
internal static class EventEnvelope
{
    private const string Base64Data = "data_base64";

    public static JsonElement Of(TopicEventCERequest received)
    {
        var envelope = received.Extensions is { } extensions
            ? JsonNode.Parse(JsonFormatter.Default.Format(extensions))!.AsObject()
            : new JsonObject();
        (string Name, string Value)[] attributes =
        [
            ("id", received.Id),
            ("source", received.Source),
            ("type", received.Type),
            ("specversion", received.SpecVersion),
            ("datacontenttype", received.DataContentType),
        ];
        foreach (var (name, value) in attributes.Where(attribute => attribute.Value.Length > 0))
        {
            envelope[name] = value;
        }
        if (!received.Data.IsEmpty)
        {
            var (name, data) = DataOf(received.DataContentType, received.Data);
            envelope[name] = data;
        }
        return JsonSerializer.SerializeToElement(envelope);
    }

    /// <summary>A raw event in the envelope that Dapr gives it for a subscriber without raw payloads.</summary>
    public static TopicEventCERequest OfRaw(TopicEventBulkRequest bulk, TopicEventBulkRequestEntry raw) =>
        new()
        {
            Id = raw.EntryId,
            Source = "Dapr",
            Type = "com.dapr.event.sent",
            SpecVersion = "1.0",
            DataContentType = "application/octet-stream",
            Extensions = new Struct
            {
                Fields =
                {
                    ["topic"] = Value.ForString(bulk.Topic),
                    ["pubsubname"] = Value.ForString(bulk.PubsubName),
                    [Base64Data] = Value.ForString(raw.Bytes.ToBase64()),
                },
            },
        };

    /// <summary>Text and JSON as such; all else, also JSON that can't be parsed, in base64.</summary>
    private static (string Name, JsonNode? Data) DataOf(string contentType, ByteString data)
    {
        var media = contentType.Split(';')[0].ToLowerInvariant();
        if (media is "application/json" or "application/cloudevents+json" && Parse(data) is { } json)
        {
            return ("data", json);
        }
        if (media == "application/xml" || media.StartsWith("text/", StringComparison.Ordinal))
        {
            return ("data", data.ToStringUtf8());
        }
        return (Base64Data, data.ToBase64());
    }

    private static JsonNode? Parse(ByteString json)
    {
        try
        {
            return JsonNode.Parse(json.Span);
        }
        catch (JsonException)
        {
            return null; // the caller keeps the bytes
        }
    }
}
