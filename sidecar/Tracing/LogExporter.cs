using System.Diagnostics;
using OpenTelemetry;

namespace Sidecar.Tracing;

/// <summary>Writes spans to the log (<c>stdout: true</c>), in daprd's format.</summary>
internal sealed partial class LogExporter(ILogger logger) : BaseExporter<Activity>
{
    public override ExportResult Export(in Batch<Activity> batch)
    {
        foreach (var span in batch)
        {
            LogSpan(
                span.DisplayName,
                span.TraceId.ToHexString(),
                span.ParentSpanId.ToHexString(),
                span.SpanId.ToHexString(),
                span.StartTimeUtc,
                span.StartTimeUtc + span.Duration
            );
        }
        return ExportResult.Success;
    }

    [LoggerMessage(1802, LogLevel.Information, "[{Name}] Trace: {TraceId} Span: {ParentId}/{SpanId} Time: [{Begun:O} ->  {Ended:O}]")]
    private partial void LogSpan(string name, string traceId, string parentId, string spanId, DateTime begun, DateTime ended);
}
