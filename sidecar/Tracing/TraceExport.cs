using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Sidecar.Tracing;

/// <summary>Sends the ended spans of one app's sidecar in batches: to a collector by OTLP, to the log.</summary>
internal sealed class TraceExport : IDisposable
{
    private readonly List<BaseProcessor<Activity>> batches = [];
    private readonly TracerProvider provider;

    public TraceExport(string appId, TracingOptions options, ILoggerFactory loggers)
    {
        if (options.Stdout)
        {
            batches.Add(Batch(new LogExporter(loggers.CreateLogger("dapr.runtime.trace"))));
        }
        if (options.Otel is { Address: { } address } otel)
        {
            batches.Add(Batch(new OtlpTraceExporter(Collector(otel, address))));
        }
        // The provider gives exporters their resource; the tracer's listener, one app's only, supplies the spans.
        var builder = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(
                ResourceBuilder
                    .CreateEmpty()
                    .AddAttributes([KeyValuePair.Create<string, object>("service.name", appId)])
                    .AddEnvironmentVariableDetector()
            );
        foreach (var batch in batches)
        {
            builder.AddProcessor(batch);
        }
        provider = builder.Build();
    }

    public void Add(Activity ended)
    {
        foreach (var batch in batches)
        {
            batch.OnEnd(ended);
        }
    }

    /// <summary>Sends the remaining spans, for a few seconds at most.</summary>
    public void Dispose() => provider.Dispose();

    private static BatchActivityExportProcessor Batch(BaseExporter<Activity> exporter)
    {
        var pace = new BatchExportActivityProcessorOptions(); // reads OTEL_BSP_*
        return new BatchActivityExportProcessor(
            exporter,
            pace.MaxQueueSize,
            pace.ScheduledDelayMilliseconds,
            pace.ExporterTimeoutMilliseconds,
            pace.MaxExportBatchSize
        );
    }

    private static OtlpExporterOptions Collector(OtelOptions otel, Uri address)
    {
        var options = new OtlpExporterOptions
        {
            Protocol = otel.Protocol == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
            Endpoint = address,
            Headers = string.Join(',', otel.Headers),
        };
        if (otel.Timeout is { } timeout)
        {
            options.TimeoutMilliseconds = (int)timeout.TotalMilliseconds;
        }
        return options;
    }
}
