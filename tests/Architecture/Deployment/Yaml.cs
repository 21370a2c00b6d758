using YamlDotNet.RepresentationModel;

namespace Architecture.Deployment;

/// <summary>Reads the YAML of deployment files.</summary>
internal static class Yaml
{
    /// <summary>The entries of a map, those of a merge key first, as compose reads it.</summary>
    public static IEnumerable<(string Name, string Value)> Pairs(YamlMappingNode map) =>
        (map.Children.TryGetValue("<<", out var merged) ? Pairs((YamlMappingNode)merged) : [])
            .Concat(
                map.Children.Where(item => ((YamlScalarNode)item.Key).Value != "<<")
                    .Select(item => (Name: ((YamlScalarNode)item.Key).Value!, ((YamlScalarNode)item.Value).Value!))
            )
            .GroupBy(item => item.Name)
            .Select(items => items.Last());

    public static string Metadata(YamlMappingNode component, string name) =>
        ((YamlSequenceNode)Map(component, "spec")["metadata"])
            .Cast<YamlMappingNode>()
            .Where(item => Text(item, "name") == name)
            .Select(item => Text(item, "value"))
            .SingleOrDefault("");

    public static List<YamlMappingNode> Documents(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read(file)));
        return [.. yaml.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    public static string Describe(YamlMappingNode component) =>
        $"{Text(Map(component, "metadata"), "name")} {Text(Map(component, "spec"), "type")} {Text(Map(component, "spec"), "version")} {(component.Children.TryGetValue("scopes", out var scopes) ? string.Join(' ', ((YamlSequenceNode)scopes).Select(scope => ((YamlScalarNode)scope).Value)) : "")}"
        + string.Concat(
            ((YamlSequenceNode)Map(component, "spec")["metadata"]).Cast<YamlMappingNode>().Select(item => $" {Text(item, "name")}")
        );

    public static string Flat(YamlNode node) =>
        node switch
        {
            YamlMappingNode map =>
                $"{{{string.Join(',', map.Children.Select(item => $"{Flat(item.Key)}:{Flat(item.Value)}").Order(StringComparer.Ordinal))}}}",
            YamlSequenceNode list => $"[{string.Join(',', list.Select(Flat))}]",
            _ => ((YamlScalarNode)node).Value ?? "",
        };

    public static YamlMappingNode Map(YamlMappingNode map, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            map = (YamlMappingNode)(map.Children.TryGetValue(key, out var own) ? own : Map(map, "<<")[key]);
        }
        return map;
    }

    public static string Text(YamlMappingNode map, string key) => ((YamlScalarNode)map[key]).Value!;

    public static string? Optional(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;
}
