using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ServiceDefaults.Telemetry;

/// <summary>
/// Metrics for Prometheus at <c>/metrics</c>; with <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> set, traces, metrics and logs go there too. Without
/// it no span is sampled, and counting is all that telemetry costs.
/// </summary>
internal static class TelemetryRegistration
{
    /// <summary>The meters and activity sources of our own are called like their services.</summary>
    private static readonly string[] Ours = ["Orders", "Inventory", "Payments", "Shipping", "Customers", "Gateway"];

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(builder.Configuration["APP_ID"] ?? builder.Environment.ApplicationName))
            .WithMetrics(metrics =>
                metrics.AddMeter("Microsoft.AspNetCore.Hosting").AddMeter("System.Net.Http").AddMeter(Ours).AddPrometheusExporter()
            );
        if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 })
        {
            telemetry.WithTracing(traces =>
                traces
                    .AddAspNetCoreInstrumentation()
                    .AddHttpClientInstrumentation()
                    .AddSource(Ours)
                    .AddSource("Dapr.Workflow", "Grpc.Net.Client")
            );
            telemetry.WithLogging();
            telemetry.UseOtlpExporter();
        }
    }
}
