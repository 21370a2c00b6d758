using Sidecar.Failures;

namespace Sidecar.State;

/// <summary>
/// Separates an app's keys from those of other apps in a shared store (metadata <c>keyPrefix</c>). Source: daprd's state configuration.
/// </summary>
internal sealed class KeyPrefix(string? strategy, string appId, string storeName)
{
    private const string Separator = "||";

    private readonly string prefix = strategy?.ToLowerInvariant() switch
    {
        null or "appid" => appId + Separator,
        "none" => "",
        "name" => storeName + Separator,
        "namespace" => Environment.GetEnvironmentVariable("NAMESPACE") is { Length: > 0 } space
            ? $"{space}.{appId}{Separator}"
            : appId + Separator,
        var custom => custom + Separator,
    };

    public string Stored(string key, bool inTransaction = false) =>
        key.Contains(Separator, StringComparison.Ordinal) ? throw StateErrors.KeyIllegal(key, storeName, inTransaction) : prefix + key;

    public string Original(string stored) => stored[prefix.Length..];
}
