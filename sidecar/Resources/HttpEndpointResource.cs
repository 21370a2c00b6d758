namespace Sidecar.Resources;

/// <summary>An HTTPEndpoint document, whose values may be references to secrets and environment variables.</summary>
internal sealed record HttpEndpointResource(
    string Name,
    Uri BaseUrl,
    IReadOnlyList<MetadataItem> Headers,
    EndpointTls Tls,
    IReadOnlyList<string> Scopes,
    string? SecretStore,
    string File,
    int Line
)
{
    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}

/// <summary>The certificates of an HTTPEndpoint in PEM, as they are written.</summary>
internal sealed record EndpointTls(MetadataItem? RootCa, MetadataItem? Certificate, MetadataItem? PrivateKey)
{
    public static readonly EndpointTls None = new(null, null, null);
}
