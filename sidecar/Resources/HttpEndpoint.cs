namespace Sidecar.Resources;

/// <summary>A server outside of Dapr that apps may call by name, or by its declared address.</summary>
internal sealed record HttpEndpoint(
    string Name,
    Uri BaseUrl,
    IReadOnlyList<KeyValuePair<string, string>> Headers,
    Certificates Certificates
)
{
    public bool IsNamed(string target) =>
        target == Name
        || (Uri.TryCreate(target, UriKind.Absolute, out var url) && url.AbsoluteUri.TrimEnd('/') == BaseUrl.AbsoluteUri.TrimEnd('/'));
}
