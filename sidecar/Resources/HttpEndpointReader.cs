using System.Security.Cryptography;
using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads an HTTPEndpoint document strictly.</summary>
internal static class HttpEndpointReader
{
    public static HttpEndpoint? Read(YamlMap document)
    {
        ResourceHeader.Expect(document, "dapr.io/v1alpha1");
        var name = ResourceHeader.Name(document);
        var scopes = document.Texts("scopes");
        var spec = document.Map("spec");
        document.Accept("auth");
        document.WarnOfUnknownKeys();
        if (spec is null)
        {
            document.Report("spec", "'spec' is missing: an HTTPEndpoint needs spec.baseUrl");
            return null;
        }
        spec.Accept("version");
        var headers = spec.Maps("headers").Select(Header).ToList();
        var address = spec.RequiredText("baseUrl", "for example https://api.example.com");
        var certificates = Tls(spec.Map("clientTLS"));
        spec.WarnOfUnknownKeys();
        if (address is null || name is null)
        {
            return null;
        }
        if (!Uri.TryCreate(address, UriKind.Absolute, out var baseUrl) || baseUrl.Scheme is not ("http" or "https"))
        {
            spec.Report("baseUrl", $"'baseUrl' must be an http or https address, not '{address}'");
            return null;
        }
        return new HttpEndpoint(name, baseUrl, headers, scopes, certificates);
    }

    private static Certificates Tls(YamlMap? tls)
    {
        if (tls is null)
        {
            return new Certificates(null, null);
        }
        tls.Accept("renegotiation");
        var (root, certificate, key) = (Value(tls.Map("rootCA")), Value(tls.Map("certificate")), Value(tls.Map("privateKey")));
        tls.WarnOfUnknownKeys();
        try
        {
            return Certificates.Of(root, certificate, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            tls.Report("certificate", $"'clientTLS' holds what is no certificate in PEM: {e.Message}");
            return new Certificates(null, null);
        }
    }

    private static KeyValuePair<string, string> Header(YamlMap header) =>
        KeyValuePair.Create(header.RequiredText("name", "each header needs a name") ?? "", Value(header) ?? "");

    private static string? Value(YamlMap? item)
    {
        var value = item?.Text("value") ?? (item?.Text("envRef") is { } variable ? Environment.GetEnvironmentVariable(variable) : null);
        item?.WarnOfUnknownKeys();
        return value;
    }
}
