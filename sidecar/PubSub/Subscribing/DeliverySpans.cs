using System.Diagnostics;
using System.Text.Json.Nodes;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Subscribing;

/// <summary>A span per delivery of an event, in the trace that its envelope tells of.</summary>
internal sealed class DeliverySpans(Tracer tracer)
{
    /// <summary>An event without a word of a trace, or with one that is no text, is delivered without a span, as in daprd.</summary>
    public Span Begin(DeliveredEvent delivered)
    {
        var envelope = delivered.Envelope;
        if (tracer.IsOff || Text(envelope["traceparent"] ?? envelope["traceid"]) is not { } parent)
        {
            return Span.Off;
        }
        // The outbox leaves traceparent empty, and its trace in traceid.
        var told = parent.Length > 0 ? parent : Text(envelope["traceid"]);
        var span = tracer.Start(ActivityKind.Client, TraceContext.Parse(told, Text(envelope["tracestate"])));
        if (span.IsRecorded)
        {
            span.Name("pubsub/" + delivered.Topic);
            SpanTags.Topic(span, delivered.Topic);
        }
        return span;
    }

    /// <summary>Those of a bulk delivery that are recorded; its envelope has no place to pass any of them on.</summary>
    public List<Span> Begin(IReadOnlyList<DeliveredEntry> entries) =>
        [.. entries.Select(entry => Begin(entry.Event)).Where(span => span.IsRecorded)];

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static DeliveryStatus End(Span span, DeliveryStatus status)
    {
        if (status == DeliveryStatus.Retry)
        {
            span.Fail("the app asked for the event to be delivered again, or failed");
        }
        return status;
    }
}
