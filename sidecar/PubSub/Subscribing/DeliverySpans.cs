using System.Diagnostics;
using System.Text.Json.Nodes;
using Sidecar.Tracing;

namespace Sidecar.PubSub.Subscribing;

/// <summary>A span per delivery of an event, in the trace of its envelope.</summary>
internal sealed class DeliverySpans(Tracer tracer)
{
    /// <summary>An event without a trace, or with an invalid one, is delivered without a span, as in daprd.</summary>
    public Span Begin(DeliveredEvent delivered)
    {
        var envelope = delivered.Envelope;
        if (tracer.IsOff || Text(envelope["traceparent"] ?? envelope["traceid"]) is not { } parent)
        {
            return Span.Off;
        }
        // The outbox leaves traceparent empty, and its trace in traceid.
        var received = parent.Length > 0 ? parent : Text(envelope["traceid"]);
        var span = tracer.Start(ActivityKind.Client, TraceContext.Parse(received, state: null)); // the state stays in the envelope
        if (span.IsRecorded)
        {
            span.Name("pubsub/" + delivered.Topic);
            SpanTags.Topic(span, delivered.Topic);
        }
        return span;
    }

    /// <summary>A span per event of a bulk. The app gets the last one.</summary>
    public List<Span> Begin(IReadOnlyList<DeliveredEntry> entries) => entries.Select(entry => Begin(entry.Event)).ToList();

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static DeliveryStatus End(Span span, DeliveryStatus status)
    {
        if (status == DeliveryStatus.Retry)
        {
            span.Fail("the app requested a retry of the event, or failed");
        }
        return status;
    }
}
