using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>The resources of a folder that are neither components nor subscriptions, by kind and name, with their texts.</summary>
internal sealed class OtherResources
{
    private readonly Dictionary<string, string> contents = new(StringComparer.Ordinal);

    public void Add(string? name, YamlMap document)
    {
        var resource = $"{document.Text("kind")} {name}";
        contents[resource] = contents.GetValueOrDefault(resource) + document.Content;
    }

    /// <summary>Lists the resources that were added, removed or changed since <paramref name="before"/>.</summary>
    public IReadOnlyList<string> ChangedSince(OtherResources before) =>
        [
            .. contents
                .Keys.Union(before.contents.Keys)
                .Where(resource => contents.GetValueOrDefault(resource) != before.contents.GetValueOrDefault(resource))
                .Order(StringComparer.Ordinal),
        ];
}
