using Sidecar.Components;
using Sidecar.Go;
using Sidecar.Resources;

namespace Sidecar.Bindings.Drivers;

/// <summary>Metadata of <c>bindings.http</c>. Names and defaults: Dapr's component reference.</summary>
internal sealed record HttpBindingOptions(
    string Url,
    TimeSpan? ResponseTimeout,
    long MaxResponseBody,
    bool ErrorIfNot2XX,
    (string Header, string Token)? Security,
    Certificates Certificates,
    bool AllowRenegotiation
)
{
    public static HttpBindingOptions Read(DriverContext context)
    {
        var properties = context.Properties;
        var url = properties.Required("url", "http://localhost:8000/api");
        if (url.Length > 0 && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https"))
        {
            properties.Report("url", $"'{url}' is no URL; right would be http://localhost:8000/api");
        }
        var timeout = properties.Duration("responseTimeout", TimeSpan.Zero);
        var token = properties.Text("securityToken");
        var header = properties.Text("securityTokenHeader");
        var renegotiation = properties.Text("MTLSRenegotiation");
        if (renegotiation is not (null or "" or "RenegotiateNever" or "RenegotiateOnceAsClient" or "RenegotiateFreelyAsClient"))
        {
            properties.Report(
                "MTLSRenegotiation",
                $"'{renegotiation}' must be RenegotiateNever, RenegotiateOnceAsClient or RenegotiateFreelyAsClient"
            );
        }
        return new HttpBindingOptions(
            url,
            timeout > TimeSpan.Zero ? timeout : null,
            BodyLimit(properties),
            properties.Flag("errorIfNot2XX", fallback: true),
            token is { Length: > 0 } && header is { Length: > 0 } ? (header, token) : null,
            ComponentCertificates.Read(context, "MTLSRootCA", "MTLSClientCert", "MTLSClientKey"),
            renegotiation is not (null or "" or "RenegotiateNever")
        );
    }

    private static long BodyLimit(ComponentProperties properties)
    {
        if (properties.Text("maxResponseBodySize") is not { Length: > 0 } text)
        {
            return 100 << 20;
        }
        if (ByteSize.TryParse(text, out var limit))
        {
            return limit;
        }
        properties.Report("maxResponseBodySize", $"'maxResponseBodySize' must be a quantity such as 4Mi, not '{text}'");
        return 0;
    }
}
