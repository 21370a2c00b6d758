using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Sidecar.Go;

namespace Sidecar.PubSub.Events;

/// <summary>
/// The publisher's part of an event; the rest of the envelope follows from it. Source: Dapr docs, "Publishing &amp; subscribing messages
/// with CloudEvents".
/// </summary>
internal sealed record EventSource(string AppId, string PubSub, string Topic, string? ContentType, string TraceParent, string TraceState);

/// <summary>Makes CloudEvents 1.0 envelopes in JSON, as Dapr does.</summary>
internal static class CloudEvents
{
    public const string ContentType = "application/cloudevents+json";
    public const string DefaultType = "com.dapr.event.sent";
    public const string DefaultSource = "Dapr";

    private static readonly string[] Overridable =
    [
        "cloudevent.id",
        "cloudevent.source",
        "cloudevent.type",
        "cloudevent.subject",
        "cloudevent.traceid",
        "cloudevent.traceparent",
        "cloudevent.tracestate",
    ];

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = GoJsonScanner.MaxDepth + 1 };
    private static readonly JsonDocumentOptions Strict = Deep with { AllowDuplicateProperties = false };

    public static bool IsCloudEvent(string? contentType) => MediaType(contentType).Equals(ContentType, StringComparison.OrdinalIgnoreCase);

    /// <summary>A received envelope; null if the data is no envelope, or contains anything after it.</summary>
    public static JsonObject? Parse(ReadOnlyMemory<byte> data)
    {
        try
        {
            return Read(GoJsonScanner.Only(data.Span, out var problem), problem) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The media type without its parameters. A space before them belongs to it, as in daprd.</summary>
    public static string MediaType(string? contentType)
    {
        var end = contentType?.IndexOf(';') ?? -1;
        return end < 0 ? contentType ?? "" : contentType![..end];
    }

    public static bool IsJson(string mediaType) => mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase);

    public static bool IsText(string mediaType) =>
        mediaType.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
        || mediaType.Equals("application/xml", StringComparison.OrdinalIgnoreCase);

    public static bool IsBinary(string mediaType) => mediaType.Equals("application/octet-stream", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Wraps <paramref name="data"/>. <paramref name="metadata"/> may override attributes (<c>cloudevent.type</c> and its like). An empty
    /// override stands for Dapr's default, and an empty traceparent for none.
    /// </summary>
    public static JsonObject Wrap(
        ReadOnlyMemory<byte> data,
        EventSource source,
        IReadOnlyDictionary<string, string> metadata,
        DateTimeOffset now
    )
    {
        string? Override(string name) =>
            metadata.Count == 0
                ? null
                : metadata.FirstOrDefault(item => item.Key.Equals("cloudevent." + name, StringComparison.OrdinalIgnoreCase)).Value;

        var contentType = string.IsNullOrEmpty(source.ContentType) ? "text/plain" : source.ContentType;
        var trace = Override("traceparent") is { Length: > 0 } parent ? parent : Override("traceid") ?? source.TraceParent;
        var envelope = new JsonObject
        {
            ["id"] = Override("id") is { Length: > 0 } id ? id : Guid.NewGuid().ToString(),
            ["specversion"] = "1.0",
            ["datacontenttype"] = contentType,
            ["source"] = Override("source") switch
            {
                null => source.AppId,
                "" => DefaultSource,
                var given => given,
            },
            ["type"] = Override("type") is { Length: > 0 } type ? type : DefaultType,
            ["topic"] = source.Topic,
            ["pubsubname"] = source.PubSub,
            ["traceid"] = trace,
            ["traceparent"] = trace,
            ["tracestate"] = Override("tracestate") ?? source.TraceState,
            ["time"] = GoTime.Text(now),
        };
        if (Override("subject") is { Length: > 0 } subject)
        {
            envelope["subject"] = subject;
        }
        PutData(envelope, data, contentType);
        return envelope;
    }

    /// <summary>Completes an envelope that the publisher has sent.</summary> <exception cref="FormatException">The body is no JSON
    /// object.</exception>
    public static JsonObject Complete(ReadOnlyMemory<byte> body, EventSource source, DateTimeOffset now)
    {
        using var parsed = GoJsonBody.Parse(body.Span);
        GoJsonBody.Expect(parsed.RootElement, JsonValueKind.Object, "map[string]interface {}");
        var envelope = ReadFirst(body.Span)!.AsObject();
        envelope.TryAdd("time", GoTime.Text(now));
        if (!envelope.ContainsKey("traceid"))
        {
            envelope["traceid"] = source.TraceParent;
            envelope["traceparent"] = source.TraceParent;
        }
        envelope.TryAdd("tracestate", source.TraceState);
        envelope["topic"] = source.Topic;
        envelope["pubsubname"] = source.PubSub;
        envelope["source"] ??= DefaultSource;
        envelope["type"] ??= DefaultType;
        envelope["specversion"] ??= "1.0";
        return envelope;
    }

    /// <summary>The envelope for a subscriber of raw messages, which have none.</summary>
    public static JsonObject FromRaw(ReadOnlyMemory<byte> data, string topic, string pubsub) =>
        new()
        {
            ["id"] = Guid.NewGuid().ToString(),
            ["specversion"] = "1.0",
            ["datacontenttype"] = "application/octet-stream",
            ["source"] = DefaultSource,
            ["type"] = DefaultType,
            ["topic"] = topic,
            ["pubsubname"] = pubsub,
            ["data_base64"] = Convert.ToBase64String(data.Span),
        };

    /// <summary>Adds the trace of the message's metadata to an envelope that has none.</summary>
    public static void AddTrace(JsonObject envelope, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }
        if (metadata.TryGetValue("traceid", out var id))
        {
            envelope.TryAdd("traceid", id);
        }
        if (metadata.TryGetValue("traceparent", out var parent) && envelope.TryAdd("traceparent", parent))
        {
            envelope["traceid"] = parent;
        }
        if (metadata.TryGetValue("tracestate", out var state))
        {
            envelope.TryAdd("tracestate", state);
        }
    }

    public static void PutData(JsonObject envelope, ReadOnlyMemory<byte> data, string contentType)
    {
        var media = MediaType(contentType);
        if (IsBinary(media) || IsProtobuf(media, data.Span))
        {
            envelope["data_base64"] = Convert.ToBase64String(data.Span);
            return;
        }
        envelope["data"] = IsJson(media) && TryParse(data, out var json) ? json : System.Text.Encoding.UTF8.GetString(data.Span);
    }

    /// <summary>Dapr's own expiry, for brokers without one.</summary>
    public static void Expire(JsonObject envelope, TimeSpan timeToLive, DateTimeOffset now) =>
        envelope["expiration"] = GoTime.Text(
            timeToLive < DateTimeOffset.MaxValue - now ? now.ToUniversalTime() + timeToLive : DateTimeOffset.MaxValue
        );

    /// <summary>
    /// Only a complete RFC 3339 time expires an event: <c>expiration</c> may be an attribute of the publisher, with a date or a number.
    /// </summary>
    public static bool HasExpired(JsonObject envelope, DateTimeOffset now) =>
        envelope["expiration"] is JsonValue value
        && value.TryGetValue<string>(out var text)
        && GoTime.Parse(text) is { } expires
        && expires < now;

    public static bool IsOverride(string name) => Overridable.Contains(name, StringComparer.OrdinalIgnoreCase);

    private static bool IsProtobuf(string mediaType, ReadOnlySpan<byte> data) =>
        mediaType.Equals("application/cloudevents+protobuf", StringComparison.OrdinalIgnoreCase)
        || (mediaType.Equals("application/x-protobuf", StringComparison.OrdinalIgnoreCase) && IsMessage(data));

    /// <summary>
    /// True if the bytes are a message of Protocol Buffers. daprd accepts only messages whose fields have the types of a CloudEvent's, and
    /// turns others into text, which can lose bytes.
    /// </summary>
    private static bool IsMessage(ReadOnlySpan<byte> data)
    {
        try
        {
            Empty.Parser.ParseFrom(data);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            return false;
        }
    }

    /// <exception cref="JsonException">The text does not begin with a value.</exception>
    private static JsonNode? ReadFirst(ReadOnlySpan<byte> json) => Read(GoJsonScanner.First(json, out var problem), problem);

    /// <summary>Reads a value that was found, as Go does: of members with the same name the last one counts.</summary>
    /// <exception cref="JsonException">There is a <paramref name="problem"/>.</exception>
    private static JsonNode? Read(ReadOnlySpan<byte> text, string? problem)
    {
        if (problem is not null)
        {
            throw new JsonException(problem);
        }
        var repaired = GoJsonText.Repair(text);
        try
        {
            return JsonNode.Parse(repaired, null, Strict);
        }
        catch (JsonException)
        {
            using var repeating = JsonDocument.Parse(repaired, Deep);
            return JsonNode.Parse(GoJson.Encode(repeating.RootElement, exact: true).Span, null, Strict);
        }
    }

    private static bool TryParse(ReadOnlyMemory<byte> data, out JsonNode? json)
    {
        try
        {
            json = ReadFirst(data.Span);
            return true;
        }
        catch (JsonException)
        {
            json = null;
            return false;
        }
    }
}
