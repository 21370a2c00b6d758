using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Resources whose change restarts the sidecar: all but components and subscriptions. Texts by kind and name.</summary>
internal sealed class RestartResources
{
    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    public void Add(string? name, YamlMap document)
    {
        var resource = $"{document.Text("kind")} {name}";
        contents[resource] = contents.GetValueOrDefault(resource) + document.Content;
    }

    /// <summary>Lists the resources that were added, removed or changed since <paramref name="before"/>.</summary>
    public IReadOnlyList<string> ChangedSince(RestartResources before) =>
        [
            .. contents
                .Keys.Union(before.contents.Keys)
                .Where(resource => contents.GetValueOrDefault(resource) != before.contents.GetValueOrDefault(resource))
                .Order(StringComparer.Ordinal),
        ];
}
