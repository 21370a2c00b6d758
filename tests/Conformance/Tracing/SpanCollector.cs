using System.Collections.Concurrent;
using Conformance.Running;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Conformance.Tracing;

/// <summary>A span as a collector received it. Kinds are those of OTLP without their prefix: CLIENT, SERVER, PRODUCER.</summary>
public sealed record CollectedSpan(
    string Service,
    string TraceId,
    string Id,
    string? ParentId,
    string Name,
    string? Kind,
    IReadOnlyDictionary<string, string> Tags
);

/// <summary>Receives spans as an OpenTelemetry collector does over gRPC.</summary>
public sealed class SpanCollector : IAsyncDisposable
{
    private readonly WebApplication web;
    private readonly ConcurrentQueue<CollectedSpan> spans = new();
    private readonly ConcurrentQueue<IHeaderDictionary> headers = new();

    private SpanCollector(WebApplication web, int otlp) => (this.web, OtlpPort) = (web, otlp);

    public int OtlpPort { get; }

    public IReadOnlyCollection<IHeaderDictionary> Headers => headers;

    public IReadOnlyCollection<CollectedSpan> Spans => spans;

    public static async Task<SpanCollector> StartAsync()
    {
        var otlp = Port.Free();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(otlp, listen => listen.Protocols = HttpProtocols.Http2));
        var collector = new SpanCollector(builder.Build(), otlp);
        collector.web.MapPost("/opentelemetry.proto.collector.trace.v1.TraceService/Export", collector.TakeOtlpAsync);
        foreach (var other in (string[])["metrics.v1.MetricsService", "logs.v1.LogsService"])
        {
            // left unanswered, an exporter tries again for long
            collector.web.MapPost($"/opentelemetry.proto.collector.{other}/Export", ThankAsync);
        }
        await collector.web.StartAsync();
        return collector;
    }

    /// <summary>The first span that is like that, waited for.</summary>
    public async Task<CollectedSpan> FindAsync(string what, Func<CollectedSpan, bool> isIt)
    {
        try
        {
            await Eventually.UntilAsync(() => Task.FromResult(spans.Any(isIt)), $"no span came: {what}");
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException(
                $"{e.Message}; there were {string.Join(", ", spans.Select(span => $"{span.Service}: {span.Kind} {span.Name}"))}"
            );
        }
        return spans.First(isIt);
    }

    public Task<CollectedSpan> FindAsync(string name) => FindAsync(name, span => span.Name == name);

    /// <summary>At once: exporters keep their connections open for as long as they live.</summary>
    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.Zero, TimeProvider.System);
        await web.StopAsync(atOnce.Token);
        await web.DisposeAsync();
    }

    private async Task TakeOtlpAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        headers.Enqueue(new HeaderDictionary(context.Request.Headers.ToDictionary()));
        foreach (var span in OtlpMessage.Spans(body.ToArray().AsMemory(5))) // behind gRPC's prefix: a flag and the length
        {
            spans.Enqueue(span);
        }
        await ThankAsync(context);
    }

    private static async Task ThankAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        await context.Response.Body.WriteAsync(new byte[5]);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
