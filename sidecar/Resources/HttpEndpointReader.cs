using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads an HTTPEndpoint document strictly.</summary>
internal static class HttpEndpointReader
{
    public static HttpEndpointResource? Read(YamlMap document)
    {
        ResourceHeader.Expect(document, "dapr.io/v1alpha1");
        var name = ResourceHeader.Name(document);
        var scopes = document.Texts("scopes");
        var secretStore = ResourceHeader.SecretStore(document);
        var spec = document.Map("spec");
        document.WarnOfUnknownKeys();
        if (spec is null)
        {
            document.Report("spec", "'spec' is missing: an HTTPEndpoint needs spec.baseUrl");
            return null;
        }
        spec.Accept("version");
        var headers = spec.Maps("headers").Select(Header).ToList();
        var address = spec.RequiredText("baseUrl", "for example https://api.example.com");
        var tls = Tls(spec.Map("clientTLS"));
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
        return new HttpEndpointResource(name, baseUrl, headers, tls, scopes, secretStore, document.File, document.Line);
    }

    private static EndpointTls Tls(YamlMap? tls)
    {
        if (tls is null)
        {
            return EndpointTls.None;
        }
        tls.Accept("renegotiation");
        var read = new EndpointTls(
            MetadataItemReader.ReadUnnamed(tls, "rootCA"),
            MetadataItemReader.ReadUnnamed(tls, "certificate"),
            MetadataItemReader.ReadUnnamed(tls, "privateKey")
        );
        tls.WarnOfUnknownKeys();
        return read;
    }

    private static MetadataItem Header(YamlMap header)
    {
        header.RequiredText("name", "each header needs a name");
        return MetadataItemReader.Read(header);
    }
}
