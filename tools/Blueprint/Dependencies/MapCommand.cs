using System.CommandLine;

namespace Blueprint.Dependencies;

/// <summary>
/// <c>map</c>: callers and callees, publishers and consumers, stores and owners. Exit code 1: a rule is broken, or the document is
/// outdated.
/// </summary>
internal static class MapCommand
{
    private static readonly Option<string?> RunFile = new("--run-file", "-f")
    {
        Description = "The run template, or the folder that holds dapr.yaml; without it, the one in --root",
    };
    private static readonly Option<string?> Root = new("--root")
    {
        Description = "The folder that holds contracts/events; without it, the folder of the run template",
    };
    private static readonly Option<string> Components = new("--components")
    {
        Description = "The component set whose stores are read",
        DefaultValueFactory = _ => "embedded",
    };
    private static readonly Option<bool> Strict = new("--strict") { Description = "Fail on notices too: services that share a database" };
    private static readonly Option<string?> Write = new("--write") { Description = "Put the map into this document, between its markers" };
    private static readonly Option<string?> Check = new("--check") { Description = "Only say whether this document holds today's map" };
    private static readonly Option<string?> Json = new("--json")
    {
        Description = "Write the map to this file as JSON, for programs that draw it",
    };

    public static Command Create()
    {
        var command = new Command("map", "Draws the dependencies of the system from its own artefacts, and checks them.")
        {
            RunFile,
            Root,
            Components,
            Strict,
            Write,
            Check,
            Json,
        };
        command.SetAction(result =>
            Run(
                MapAt(result.GetValue(Root), result.GetValue(RunFile), result.GetValue(Components)!),
                result.GetValue(Strict),
                result.GetValue(Write),
                result.GetValue(Check),
                result.GetValue(Json)
            )
        );
        return command;
    }

    private static DependencyMap MapAt(string? root, string? runFile, string componentSet)
    {
        var template = Path.GetFullPath(runFile ?? root ?? ".");
        if (runFile is null || Directory.Exists(template))
        {
            template = Path.Combine(template, "dapr.yaml");
        }
        return MapReader.Read(root is null ? Path.GetDirectoryName(template)! : Path.GetFullPath(root), template, componentSet);
    }

    private static int Run(DependencyMap map, bool strict, string? write, string? check, string? json)
    {
        if (json is not null)
        {
            File.WriteAllText(json, MapJson.Write(map));
        }
        var broken = MapRules.Broken(map);
        var notices = MapRules.SharedDatabases(map);
        foreach (var rule in broken)
        {
            Console.Error.WriteLine(rule);
        }
        foreach (var notice in notices)
        {
            Console.Error.WriteLine($"{(strict ? "" : "notice: ")}{notice}");
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
            Console.Error.WriteLine(MarkedSection.Missing(document, MapText.Begin, MapText.End));
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
        return broken.Count == 0 && (!strict || notices.Count == 0) ? 0 : 1;
    }
}
