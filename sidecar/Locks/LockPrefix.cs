namespace Sidecar.Locks;

/// <summary>
/// Separates the locks of apps from each other and from other data in the same store (metadata <c>keyPrefix</c>). Source: daprd's lock
/// configuration.
/// </summary>
internal sealed class LockPrefix(string? strategy, string appId, string storeName)
{
    private const string Separator = "||";

    private readonly string prefix = strategy?.ToLowerInvariant() switch
    {
        null or "appid" => $"lock{Separator}{appId}{Separator}",
        "none" => $"lock{Separator}",
        "name" => $"lock{Separator}{storeName}{Separator}",
        var custom => $"lock{Separator}{custom}{Separator}",
    };

    /// <summary>The stored name; null if <paramref name="resource"/> contains the separator.</summary>
    public string? Stored(string resource) => resource.Contains(Separator, StringComparison.Ordinal) ? null : prefix + resource;
}
