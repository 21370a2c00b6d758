using System.Globalization;
using Sidecar.Yaml;

namespace Sidecar.Tracing;

/// <summary>The tracing section of a Configuration (<c>spec.tracing</c>), completed by OpenTelemetry's environment variables.</summary>
internal sealed record TracingOptions
{
    /// <summary>The sampling rate without a readable value.</summary>
    private const double DefaultRate = 1e-4;

    public static readonly TracingOptions Default = new();

    public string? SamplingRate { get; init; }
    public bool Stdout { get; init; }

    /// <summary>True if a Zipkin server is named. It gets no spans: the tracer logs a warning.</summary>
    public bool Zipkin { get; init; }

    public OtelOptions? Otel { get; init; }

    public double Rate =>
        double.TryParse(SamplingRate, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) ? rate : DefaultRate;

    public bool Exports => Rate != 0 && (Stdout || Otel?.Address is not null);

    public static TracingOptions Read(YamlMap tracing, TracingOptions before)
    {
        tracing.Accept("expandParams", "includeBody");
        var read = before with
        {
            SamplingRate = tracing.Text("samplingRate") is { Length: > 0 } rate ? rate : before.SamplingRate,
            Stdout = tracing.Flag("stdout") ?? before.Stdout,
            Zipkin = Names(tracing.Map("zipkin")) ?? before.Zipkin,
            Otel = tracing.Map("otel") is { } otel ? OtelOptions.Read(otel) : before.Otel,
        };
        tracing.WarnOfUnknownKeys();
        return read;
    }

    /// <summary>
    /// Adds values of the environment: with a configured endpoint only missing headers and time-out. Source: daprd's
    /// <c>SetTracingSpecFromEnv</c> and the OpenTelemetry specification of the OTLP exporter.
    /// </summary>
    public TracingOptions Completed(Func<string, string?> environment)
    {
        string? Said(string name) =>
            environment($"OTEL_EXPORTER_OTLP_TRACES_{name}") is { Length: > 0 } own ? own
            : environment($"OTEL_EXPORTER_OTLP_{name}") is { Length: > 0 } shared ? shared
            : null;

        var otel = Otel ?? new OtelOptions();
        if (otel.Endpoint.Length == 0)
        {
            if (Said("ENDPOINT") is not { } endpoint)
            {
                return this;
            }
            otel = otel with
            {
                Endpoint = endpoint[(endpoint.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..],
                Protocol = Said("PROTOCOL")?.StartsWith("http", StringComparison.Ordinal) == true ? "http" : "grpc",
                // The scheme decides, as in OpenTelemetry; daprd removes it and reads the variable.
                IsSecure = Said("INSECURE") != "true" && !endpoint.StartsWith("http://", StringComparison.Ordinal) && otel.IsSecure,
            };
        }
        return this with
        {
            SamplingRate = Otel is { Endpoint.Length: > 0 } ? SamplingRate : SamplingRate ?? "1",
            Otel = otel with
            {
                Headers = otel.Headers.Count > 0 ? otel.Headers : Said("HEADERS")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [],
                Timeout = otel.Timeout
                    ?? (
                        int.TryParse(Said("TIMEOUT"), CultureInfo.InvariantCulture, out var milliseconds)
                            ? TimeSpan.FromMilliseconds(milliseconds)
                            : null
                    ),
            },
        };
    }

    private static bool? Names(YamlMap? zipkin)
    {
        bool? named = zipkin?.Text("endpointAddress") is { Length: > 0 } ? true : null;
        zipkin?.WarnOfUnknownKeys();
        return named;
    }
}
