namespace Sidecar.Resources;

/// <summary>An HTTPEndpoint resource: a server outside of Dapr that apps may call by name, or by its declared address.</summary>
internal sealed record HttpEndpoint(
    string Name,
    Uri BaseUrl,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    IReadOnlyList<string> Scopes,
    Certificates Certificates
)
{
    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);

    public bool IsNamed(string target) =>
        target == Name
        || (Uri.TryCreate(target, UriKind.Absolute, out var url) && url.AbsoluteUri.TrimEnd('/') == BaseUrl.AbsoluteUri.TrimEnd('/'));
}
