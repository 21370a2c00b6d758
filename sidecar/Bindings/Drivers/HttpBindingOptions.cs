using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Sidecar.CommandLine;
using Sidecar.Components;

namespace Sidecar.Bindings.Drivers;

/// <summary>Metadata of <c>bindings.http</c>. Names and defaults: Dapr's component reference.</summary>
internal sealed record HttpBindingOptions(
    string Url,
    TimeSpan? ResponseTimeout,
    long MaxResponseBody,
    bool ErrorIfNot2XX,
    (string Header, string Token)? Security,
    X509Certificate2? RootCertificate,
    X509Certificate2? ClientCertificate,
    bool AllowRenegotiation)
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
            properties.Report("MTLSRenegotiation", $"'{renegotiation}' must be RenegotiateNever, RenegotiateOnceAsClient or RenegotiateFreelyAsClient");
        }
        return new HttpBindingOptions(
            url,
            timeout > TimeSpan.Zero ? timeout : null,
            BodyLimit(properties),
            properties.Flag("errorIfNot2XX", otherwise: true),
            token is { Length: > 0 } && header is { Length: > 0 } ? (header, token) : null,
            Root(context),
            Client(context),
            renegotiation is not (null or "" or "RenegotiateNever"));
    }

    private static long BodyLimit(ComponentProperties properties)
    {
        if (properties.Text("maxResponseBodySize") is not { Length: > 0 } text)
        {
            return 100 << 20;
        }
        if (Quantity.TryParse(text, out var limit))
        {
            return limit;
        }
        properties.Report("maxResponseBodySize", $"'maxResponseBodySize' must be a quantity such as 4Mi, not '{text}'");
        return 0;
    }

    private static X509Certificate2? Root(DriverContext context)
        => Pem(context, "MTLSRootCA") is { } pem ? Certificate(context, "MTLSRootCA", () => X509Certificate2.CreateFromPem(pem)) : null;

    private static X509Certificate2? Client(DriverContext context)
    {
        var (certificate, key) = (Pem(context, "MTLSClientCert"), Pem(context, "MTLSClientKey"));
        return certificate is null || key is null ? null : Certificate(context, "MTLSClientCert", () => X509Certificate2.CreateFromPem(certificate, key));
    }

    private static X509Certificate2? Certificate(DriverContext context, string name, Func<X509Certificate2> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            context.Properties.Report(name, $"metadata '{name}' is no certificate in PEM: {e.Message}");
            return null;
        }
    }

    /// <summary>The text itself when it is PEM, otherwise the content of the file it names.</summary>
    private static string? Pem(DriverContext context, string name)
    {
        if (context.Properties.Text(name) is not { Length: > 0 } text || PemEncoding.TryFind(text, out _))
        {
            return context.Properties.Text(name) is { Length: > 0 } given ? given : null;
        }
        if (File.Exists(context.PathOf(text)))
        {
            return File.ReadAllText(context.PathOf(text));
        }
        context.Properties.Report(name, $"metadata '{name}' is neither PEM nor a file that exists");
        return null;
    }
}
