using System.CommandLine;

namespace Blueprint.Dependencies;

/// <summary><c>map</c>: who calls whom, who publishes and consumes what, which store is whose. Exit code 1: a rule is broken, or the document is stale.</summary>
internal static class MapCommand
{
    private static readonly Option<string> Root = new("--root") { Description = "The folder that holds dapr.yaml", DefaultValueFactory = _ => "." };
    private static readonly Option<string?> Write = new("--write") { Description = "Put the map into this document, between its markers" };
    private static readonly Option<string?> Check = new("--check") { Description = "Only say whether this document holds today's map" };

    private static readonly Option<string?> Json = new("--json") { Description = "Write the map to this file as JSON, for programs that draw it" };

    public static Command Create()
    {
        var command = new Command("map", "Draws the dependencies of the system from its own artefacts, and checks them.") { Root, Write, Check, Json };
        command.SetAction(result => Run(DependencyMapAt(result.GetValue(Root)!), result.GetValue(Write), result.GetValue(Check), result.GetValue(Json)));
        return command;
    }

    private static DependencyMap DependencyMapAt(string root) => MapReader.Read(Path.GetFullPath(root));

    private static int Run(DependencyMap map, string? write, string? check, string? json)
    {
        if (json is not null)
        {
            File.WriteAllText(json, MapJson.Write(map));
        }
        var broken = MapRules.Broken(map);
        foreach (var rule in broken)
        {
            Console.Error.WriteLine(rule);
        }
        if ((write ?? check) is not { } document)
        {
            if (json is null)
            {
                Console.Out.WriteLine(MapText.Markdown(map));
            }
        }
        else if (!File.Exists(document) || MapText.Embed(File.ReadAllText(document), map) is not { } embedded)
        {
            Console.Error.WriteLine($"{document}: no such file, or no lines '{MapText.Begin}' and '{MapText.End}' in it, between which the map belongs");
            return 2;
        }
        else if (write is not null)
        {
            File.WriteAllText(document, embedded);
        }
        else if (embedded != File.ReadAllText(document))
        {
            Console.Error.WriteLine($"{document} does not hold today's map; write it anew with map --write {document}");
            return 1;
        }
        return broken.Count == 0 ? 0 : 1;
    }
}
