using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.PubSub.Subscribing;

namespace Sidecar.Apps;

/// <summary>CloudEvents as gRPC apps and streaming subscribers get them.</summary>
internal static class TopicEvents
{
    private static readonly HashSet<string> Attributes = new(StringComparer.Ordinal)
        { "id", "source", "type", "specversion", "datacontenttype", "data", "data_base64", "topic", "pubsubname" };

    public static TopicEventRequest Request(DeliveredEvent delivered)
    {
        var envelope = delivered.Envelope;
        return new TopicEventRequest
        {
            Id = Text(envelope, "id"),
            Source = Text(envelope, "source"),
            Type = Text(envelope, "type"),
            SpecVersion = Text(envelope, "specversion"),
            DataContentType = Text(envelope, "datacontenttype"),
            Data = Data(envelope),
            Topic = delivered.Topic,
            PubsubName = delivered.PubSub,
            Path = delivered.Path,
            Extensions = Extensions(envelope),
        };
    }

    public static TopicEventCERequest CloudEvent(DeliveredEvent delivered) => new()
    {
        Id = Text(delivered.Envelope, "id"),
        Source = Text(delivered.Envelope, "source"),
        Type = Text(delivered.Envelope, "type"),
        SpecVersion = Text(delivered.Envelope, "specversion"),
        DataContentType = Text(delivered.Envelope, "datacontenttype"),
        Data = Data(delivered.Envelope),
        Extensions = Extensions(delivered.Envelope),
    };

    public static Metadata Headers(DeliveredEvent delivered)
    {
        var headers = new Metadata();
        if (Text(delivered.Envelope, "traceparent") is { Length: > 0 } parent)
        {
            headers.Add("traceparent", parent);
        }
        return headers;
    }

    public static DeliveryStatus Status(TopicEventResponse.Types.TopicEventResponseStatus status) => status switch
    {
        TopicEventResponse.Types.TopicEventResponseStatus.Success => DeliveryStatus.Success,
        TopicEventResponse.Types.TopicEventResponseStatus.Drop => DeliveryStatus.Drop,
        _ => DeliveryStatus.Retry,
    };

    private static ByteString Data(JsonObject envelope) => (envelope["data_base64"], envelope["data"]) switch
    {
        (JsonValue coded, _) => ByteString.FromBase64(coded.ToString()),
        (_, JsonValue value) when value.TryGetValue<string>(out var text) && !PubSub.Events.CloudEvents.IsJson(PubSub.Events.CloudEvents.MediaType(Text(envelope, "datacontenttype")))
            => ByteString.CopyFromUtf8(text),
        (_, { } json) => UnsafeByteOperations.UnsafeWrap(JsonSerializer.SerializeToUtf8Bytes(json)),
        _ => ByteString.Empty,
    };

    private static Struct Extensions(JsonObject envelope)
    {
        var extensions = new Struct();
        foreach (var (name, value) in envelope)
        {
            if (!Attributes.Contains(name))
            {
                extensions.Fields[name] = Value.Parser.ParseJson(value?.ToJsonString() ?? "null");
            }
        }
        return extensions;
    }

    private static string Text(JsonObject envelope, string name) => envelope[name]?.ToString() ?? "";
}
