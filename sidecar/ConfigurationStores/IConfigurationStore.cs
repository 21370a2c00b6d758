using Sidecar.Components;

namespace Sidecar.ConfigurationStores;

/// <summary>A configuration component: items that operators set and apps read and follow.</summary>
internal interface IConfigurationStore : IAsyncDisposable
{
    /// <summary>Returns the items of the given keys, all items without keys; missing items are left out.</summary>
    Task<IReadOnlyDictionary<string, ConfigurationItem>> GetAsync(ConfigurationRequest request, CancellationToken cancellation);

    /// <summary>
    /// Calls <paramref name="handler"/> for every change from now on, until the result is disposed. The task ends when no change can
    /// be missed any more. An item that was deleted arrives empty.
    /// </summary>
    Task<IAsyncDisposable> SubscribeAsync(ConfigurationRequest request, ConfigurationHandler handler, CancellationToken cancellation);

    /// <summary>daprd's error for an id that no subscription has; each store words it differently.</summary>
    string UnknownSubscription(string id);
}

internal sealed record ConfigurationRequest(IReadOnlyList<string> Keys, IReadOnlyDictionary<string, string> Metadata)
{
    public bool Includes(string key) => Keys.Count == 0 || Keys.Contains(key, StringComparer.Ordinal);
}

internal sealed record ConfigurationItem(string Value, string Version, IReadOnlyDictionary<string, string> Metadata)
{
    private static readonly IReadOnlyDictionary<string, string> NoMetadata = new Dictionary<string, string>();

    public static readonly ConfigurationItem Deleted = new("", "", NoMetadata);

    public static ConfigurationItem Plain(string value, string version) => new(value, version, NoMetadata);
}

internal delegate Task ConfigurationHandler(string key, ConfigurationItem item);

/// <summary>A configuration store for one app.</summary>
internal sealed record ConfigurationComponent(string Name, IConfigurationStore Store) : IComponent
{
    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
