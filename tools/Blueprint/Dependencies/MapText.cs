using System.Text;

namespace Blueprint.Dependencies;

/// <summary>The map as Markdown: a Mermaid diagram and tables.</summary>
internal static class MapText
{
    public const string Begin = "<!-- map: written by `dotnet run --project tools/Blueprint -- map --write docs/architecture.md` -->";
    public const string End = "<!-- end of map -->";

    public static string Markdown(DependencyMap map)
    {
        var text = new StringBuilder();
        text.AppendLine("```mermaid").AppendLine("flowchart LR");
        foreach (var app in map.Apps)
        {
            text.AppendLine($"  {Id(app)}[{app}]");
        }
        foreach (var call in map.Calls)
        {
            text.AppendLine($"  {Id(call.From)} {(call.Background ? "-. asks in the background .->" : "-->")} {Id(call.To)}");
        }
        foreach (var (topic, app) in map.Publications.Select(one => (one.Topic, one.App)))
        {
            text.AppendLine($"  {Id(app)} -. publishes .-> topic_{Id(topic)}(({topic}))");
        }
        foreach (var one in Topics(map).DistinctBy(one => (one.Topic, one.App)))
        {
            text.AppendLine($"  topic_{Id(one.Topic)} -.-> {Id(one.App)}");
        }
        text.AppendLine("```").AppendLine();
        Table(
            text,
            ["app", "calls", "stores of its own", "publishes to", "consumes"],
            map.Apps.Select(app =>
                (string[])
                    [
                        app,
                        List(
                            map.Calls.Where(call => call.From == app).Select(call => call.Background ? $"{call.To} (background)" : call.To)
                        ),
                        List(map.Stores.Where(store => store.Owners.Contains(app)).Select(store => $"`{store.Name}`")),
                        List(map.Publications.Where(one => one.App == app).Select(one => one.Topic)),
                        List(Topics(map).Where(one => one.App == app).Select(one => one.Topic).Distinct()),
                    ]
            )
        );
        Table(
            text,
            ["event", "published by", "consumed by"],
            map.Events.Select(one =>
                (string[])
                    [
                        $"`{one}`",
                        List(
                            map.Publications.Where(publication => MapRules.Carries(publication.Topic, one))
                                .Select(publication => publication.App)
                                .Distinct()
                        ),
                        List(
                            Topics(map)
                                .Where(consumption => MapRules.Consumes(consumption, one))
                                .Select(consumption => consumption.App)
                                .Distinct()
                        ),
                    ]
            )
        );
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');
    }

    /// <summary>The document with its map replaced; null when it has no place for one.</summary>
    public static string? Embed(string document, DependencyMap map) => MarkedSection.Replace(document, Begin, End, Markdown(map));

    private static IEnumerable<Consumption> Topics(DependencyMap map) =>
        map.Consumptions.Where(one => !one.Topic.EndsWith("-dead-letters", StringComparison.Ordinal));

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.AppendLine($"| {string.Join(" | ", head)} |").AppendLine($"|{string.Concat(head.Select(_ => "---|"))}");
        foreach (var row in rows)
        {
            text.AppendLine($"| {string.Join(" | ", row)} |");
        }
        text.AppendLine();
    }

    private static string List(IEnumerable<string> items) => string.Join(", ", items) is { Length: > 0 } list ? list : "–";

    private static string Id(string name) => name.Replace('-', '_');
}
