using System.Security.Cryptography;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.Yaml;

namespace Sidecar.Catalogue;

/// <summary>Resolves the headers and certificates of the HTTPEndpoints of an app.</summary>
internal static class EndpointResolver
{
    public static IReadOnlyList<HttpEndpoint> Resolve(
        string appId,
        IReadOnlyList<HttpEndpointResource> endpoints,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems
    ) =>
        [
            .. endpoints
                .Where(endpoint => endpoint.AppliesTo(appId))
                .Select(endpoint => Resolve(endpoint, secrets, problems))
                .OfType<HttpEndpoint>(),
        ];

    /// <summary>Null if a certificate is invalid.</summary>
    private static HttpEndpoint? Resolve(
        HttpEndpointResource endpoint,
        IReadOnlyDictionary<string, ISecretStore> secrets,
        List<YamlProblem> problems
    )
    {
        var resolver = new ValueResolver($"HTTPEndpoint {endpoint.Name}", endpoint.File, endpoint.SecretStore, secrets, problems);
        var headers = endpoint
            .Headers.Zip(resolver.Resolve(endpoint.Headers), (header, value) => KeyValuePair.Create(header.Name, value ?? ""))
            .ToList();
        string? Pem(MetadataItem? item) => item is null ? null : resolver.Resolve([item])[0];
        var tls = endpoint.Tls;
        try
        {
            var certificates = Certificates.Of(Pem(tls.RootCa), Pem(tls.Certificate), Pem(tls.PrivateKey));
            return new HttpEndpoint(endpoint.Name, endpoint.BaseUrl, headers, certificates);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            problems.Add(
                new YamlProblem(
                    endpoint.File,
                    endpoint.Line,
                    $"HTTPEndpoint {endpoint.Name} is left out: its 'clientTLS' holds what is no certificate in PEM: {e.Message}",
                    Severity.SkippedDocument
                )
            );
            return null;
        }
    }
}
