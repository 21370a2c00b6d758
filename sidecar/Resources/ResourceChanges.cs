namespace Sidecar.Resources;

/// <summary>
/// The changes of an app's components that lead to <paramref name="Resources"/>. Secret stores come first, because the others may refer to
/// them.
/// </summary>
internal sealed record ResourceChanges(
    ResourceSet Resources,
    IReadOnlyList<Component> Removed,
    IReadOnlyList<(Component Before, Component After)> Changed,
    IReadOnlyList<Component> Added
)
{
    /// <summary>The unchanged components, which stay as they are.</summary>
    public IReadOnlyList<Component> Kept { get; private init; } = [];

    public static ResourceChanges Between(string appId, ResourceSet before, ResourceSet after)
    {
        var (old, now) = (Of(before, appId), Of(after, appId));
        return new ResourceChanges(
            after,
            [.. old.Values.Where(component => !now.ContainsKey(component.Name))],
            [
                .. Ordered(now.Values)
                    .Where(component => old.TryGetValue(component.Name, out var known) && known.Content != component.Content)
                    .Select(component => (old[component.Name], component)),
            ],
            [.. Ordered(now.Values).Where(component => !old.ContainsKey(component.Name))]
        )
        {
            Kept = [.. now.Values.Where(component => old.TryGetValue(component.Name, out var known) && known.Content == component.Content)],
        };
    }

    /// <summary>An added secret store that a kept component refers to: without it, the component was left out.</summary>
    public Component? AwaitedStore() =>
        Added.FirstOrDefault(added => IsSecretStore(added) && Kept.Any(component => component.SecretStore == added.Name));

    /// <summary>All changed components, in their old and new state.</summary>
    public IEnumerable<Component> Touched =>
        [.. Removed, .. Changed.SelectMany(change => (Component[])[change.Before, change.After]), .. Added];

    /// <summary>The changes without <paramref name="component"/>.</summary>
    public ResourceChanges Without(Component component) =>
        this with
        {
            Added = [.. Added.Where(other => other != component)],
            Resources = Resources with { Components = [.. Resources.Components.Where(other => other != component)] },
        };

    private static Dictionary<string, Component> Of(ResourceSet resources, string appId) =>
        resources
            .Components.Where(component => component.AppliesTo(appId))
            .ToDictionary(component => component.Name, StringComparer.Ordinal);

    private static IEnumerable<Component> Ordered(IEnumerable<Component> components) =>
        components.OrderBy(component => IsSecretStore(component) ? 0 : 1);

    private static bool IsSecretStore(Component component) => component.Type.StartsWith("secretstores.", StringComparison.Ordinal);
}
