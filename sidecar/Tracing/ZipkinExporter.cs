using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using OpenTelemetry;

namespace Sidecar.Tracing;

/// <summary>Sends spans to Zipkin. Source: Zipkin API, version 2, "POST /spans". OpenTelemetry gives its own exporter up.</summary>
internal sealed partial class ZipkinExporter(Uri endpoint, string appId, ILogger logger) : BaseExporter<Activity>
{
    private readonly HttpClient client = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(10) };

    public override ExportResult Export(in Batch<Activity> batch)
    {
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartArray();
            foreach (var span in batch)
            {
                Write(json, span);
            }
            json.WriteEndArray();
        }
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(body.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = client.Send(request);
            response.EnsureSuccessStatusCode();
            return ExportResult.Success;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            LogLost(e, endpoint);
            return ExportResult.Failure;
        }
    }

    protected override void Dispose(bool disposing)
    {
        client.Dispose();
        base.Dispose(disposing);
    }

    private void Write(Utf8JsonWriter json, Activity span)
    {
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToHexString());
        json.WriteString("id", span.SpanId.ToHexString());
        if (span.ParentSpanId != default)
        {
            json.WriteString("parentId", span.ParentSpanId.ToHexString());
        }
        json.WriteString("name", span.DisplayName);
        if (span.Kind != ActivityKind.Internal)
        {
            json.WriteString("kind", span.Kind.ToString().ToUpperInvariant());
        }
        json.WriteNumber("timestamp", (span.StartTimeUtc - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);
        json.WriteNumber("duration", Math.Max(1, span.Duration.Ticks / TimeSpan.TicksPerMicrosecond));
        json.WriteStartObject("localEndpoint");
        json.WriteString("serviceName", ParentProvider.GetResource().Attributes.FirstOrDefault(attribute => attribute.Key == "service.name").Value as string ?? appId);
        json.WriteEndObject();
        json.WriteStartObject("tags");
        json.WriteString("otel.library.name", span.Source.Name);
        foreach (var (name, value) in span.TagObjects)
        {
            json.WriteString(name, value?.ToString());
        }
        if (span.Status == ActivityStatusCode.Error)
        {
            json.WriteString("error", span.StatusDescription ?? "true");
            json.WriteString("otel.status_code", "ERROR");
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    [LoggerMessage(1803, LogLevel.Warning, "Spans could not be sent to Zipkin at {Endpoint}")]
    private partial void LogLost(Exception failure, Uri endpoint);
}
