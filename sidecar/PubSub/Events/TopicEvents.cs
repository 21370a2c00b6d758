using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dapr.AppCallback.Autogen.Grpc.v1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Go;
using Sidecar.PubSub.Subscribing;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Events;

/// <summary>CloudEvents in the form of gRPC apps and streaming subscribers.</summary>
internal static class TopicEvents
{
    private static readonly HashSet<string> Attributes = new(StringComparer.Ordinal)
    {
        "id",
        "source",
        "type",
        "specversion",
        "datacontenttype",
        "data",
        "data_base64",
    };

    /// <summary>Headers that metadata do not set: those of the message, which is the envelope, and those that the sidecar adds.</summary>
    private static readonly FrozenSet<string> OwnHeaders = new[]
    {
        "content-length",
        "content-type",
        DeliveryMetadata.PubSubName,
        TraceContext.ParentHeader,
        TraceContext.StateHeader,
    }.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

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

    /// <summary>Has no content type: daprd passes on that of the broker's message, which none of these brokers has.</summary>
    public static TopicEventBulkRequestEntry Entry(DeliveredEntry entry)
    {
        var converted = new TopicEventBulkRequestEntry { EntryId = entry.EntryId };
        foreach (var (name, value) in entry.Event.Metadata)
        {
            converted.Metadata[name] = value;
        }
        if (entry.Event.Raw is { } raw)
        {
            converted.Bytes = UnsafeByteOperations.UnsafeWrap(raw);
        }
        else
        {
            converted.CloudEvent = CloudEvent(entry.Event);
        }
        return converted;
    }

    private static TopicEventCERequest CloudEvent(DeliveredEvent delivered) =>
        new()
        {
            Id = Text(delivered.Envelope, "id"),
            Source = Text(delivered.Envelope, "source"),
            Type = Text(delivered.Envelope, "type"),
            SpecVersion = Text(delivered.Envelope, "specversion"),
            DataContentType = Text(delivered.Envelope, "datacontenttype"),
            Data = Data(delivered.Envelope),
            Extensions = Extensions(delivered.Envelope),
        };

    /// <param name="metadata">The metadata of a single event; those of a bulk's events are in its entries.</param>
    public static Metadata Headers(TraceContext trace, string pubsub, IReadOnlyDictionary<string, string> metadata)
    {
        var headers = new Metadata();
        trace.AddTo(headers);
        foreach (var (name, value) in metadata)
        {
            if (!OwnHeaders.Contains(name) && IsHeader(name, value))
            {
                headers.Add(name, value);
            }
        }
        if (IsHeader(DeliveryMetadata.PubSubName, pubsub))
        {
            headers.Add(DeliveryMetadata.PubSubName, pubsub);
        }
        return headers;
    }

    public static DeliveryStatus Status(TopicEventResponse.Types.TopicEventResponseStatus status) =>
        status switch
        {
            TopicEventResponse.Types.TopicEventResponseStatus.Success => DeliveryStatus.Success,
            TopicEventResponse.Types.TopicEventResponseStatus.Drop => DeliveryStatus.Drop,
            _ => DeliveryStatus.Retry,
        };

    /// <summary>Leaves out data of any other content type than text, JSON and bytes, as daprd does.</summary> <exception
    /// cref="FormatException">The data does not match its content type; the delivery fails.</exception>
    private static ByteString Data(JsonObject envelope)
    {
        if (envelope["data_base64"] is { } coded)
        {
            return ByteString.FromBase64(AsText(coded));
        }
        var type = Text(envelope, "datacontenttype");
        var media = CloudEvents.MediaType(type);
        return envelope["data"] switch
        {
            { } data when CloudEvents.IsText(media) => ByteString.CopyFromUtf8(AsText(data)),
            { } data when CloudEvents.IsJson(media) || CloudEvents.IsCloudEvent(type) => UnsafeByteOperations.UnsafeWrap(
                JsonSerializer.SerializeToUtf8Bytes(data, GoJsonEncoder.SerializerOptions)
            ),
            _ => ByteString.Empty,
        };
    }

    private static string AsText(JsonNode data) =>
        data is JsonValue value && value.TryGetValue<string>(out var text)
            ? text
            : throw new FormatException("unexpected data type encountered in envelope");

    private static bool IsHeader(string name, string value) =>
        name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
        && !name.EndsWith("-bin", StringComparison.OrdinalIgnoreCase)
        && value.All(c => c is >= ' ' and <= '~');

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

    private static string Text(JsonObject envelope, string name) =>
        envelope[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";
}
