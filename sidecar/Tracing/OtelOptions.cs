using Sidecar.Go;
using Sidecar.Yaml;

namespace Sidecar.Tracing;

/// <summary>An OTLP collector. <paramref name="Endpoint"/> is host and port; headers are <c>name=value</c>.</summary>
internal sealed record OtelOptions(string Endpoint = "", string Protocol = "", bool IsSecure = true, TimeSpan? Timeout = null)
{
    public IReadOnlyList<string> Headers { get; init; } = [];

    public bool IsConfigured => Endpoint.Length > 0 && Protocol.Length > 0;

    /// <summary>The address that spans are sent to; null if no collector is configured, or if the endpoint is no address.</summary>
    public Uri? Address =>
        IsConfigured && Uri.TryCreate($"{(IsSecure ? "https" : "http")}://{Endpoint}{Path}", UriKind.Absolute, out var address)
            ? address
            : null;

    private string Path => Protocol == "grpc" || Endpoint.Contains('/', StringComparison.Ordinal) ? "" : "/v1/traces";

    public static OtelOptions Read(YamlMap otel)
    {
        var protocol = otel.Text("protocol") ?? "";
        if (protocol is not ("" or "http" or "grpc"))
        {
            otel.Report("protocol", $"invalid protocol {protocol} provided for Otel endpoint; it is 'http' or 'grpc'");
        }
        TimeSpan? timeout = null;
        if (otel.Text("timeout") is { Length: > 0 } text)
        {
            if (GoDuration.TryParse(text, out var parsed))
            {
                timeout = parsed;
            }
            else
            {
                otel.Report("timeout", $"'{text}' is no duration; write it as 10s");
            }
        }
        var read = new OtelOptions(otel.Text("endpointAddress") ?? "", protocol, otel.Flag("isSecure") ?? true, timeout)
        {
            Headers = otel.Texts("headers"),
        };
        otel.WarnOfUnknownKeys();
        return read;
    }
}
