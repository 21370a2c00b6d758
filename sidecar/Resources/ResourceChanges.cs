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
        );
    }

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
        components.OrderBy(component => component.Type.StartsWith("secretstores.", StringComparison.Ordinal) ? 0 : 1);
}
