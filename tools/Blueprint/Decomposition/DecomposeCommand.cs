using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Blueprint.Decomposition;

/// <summary>
/// <c>decompose</c>: proposes cuts of a system with reasons. Exit code 1: a document is outdated; 2: the file has mistakes.
/// </summary>
internal static class DecomposeCommand
{
    public const string Begin = "<!-- decomposition: written by `decompose --write` -->";
    public const string End = "<!-- end of decomposition -->";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Argument<string> DescriptionFile = new("description")
    {
        Description =
            "YAML file with the 'modules' of a monolith, or the 'candidates' of a planned system (docs/monolith.yaml, "
            + "docs/decomposition.yaml)",
    };
    private static readonly Option<string> Language = new("--lang")
    {
        Description = "Language of the report and the drawings",
        DefaultValueFactory = _ => "en",
    };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON instead of Markdown" };
    private static readonly Option<string?> Svg = new("--svg") { Description = "Write the drawing of the dependencies to this SVG file" };
    private static readonly Option<string?> Mermaid = new("--mermaid")
    {
        Description = "Write the drawing of the dependencies to this Mermaid file",
    };
    private static readonly Option<string?> Write = new("--write")
    {
        Description = "Put the report into this document, between its markers",
    };
    private static readonly Option<string?> Check = new("--check")
    {
        Description = "Only say whether this document, and the files of --svg and --mermaid, hold today's plan",
    };

    public static Command Create()
    {
        Language.AcceptOnlyFromAmong("en", "ja");
        var command = new Command(
            "decompose",
            "Cuts a monolith, or judges a planned system: contexts, data ownership, dependencies, the reason of each cut, "
                + "and what to keep together until when."
        )
        {
            DescriptionFile,
            Language,
            AsJson,
            Svg,
            Mermaid,
            Write,
            Check,
        };
        command.SetAction(Run);
        return command;
    }

    private static int Run(ParseResult result)
    {
        var words = Wording.In(result.GetValue(Language)!);
        var plan = Planner.Make(DescriptionReader.Read(result.GetValue(DescriptionFile)!));
        var check = result.GetValue(Check);
        var files = new List<(string File, string Content)>();
        if ((check ?? result.GetValue(Write)) is { } document)
        {
            if (
                !File.Exists(document)
                || MarkedSection.Replace(File.ReadAllText(document), Begin, End, Report.Markdown(plan, words)) is not { } embedded
            )
            {
                Console.Error.WriteLine(MarkedSection.Missing(document, Begin, End));
                return 2;
            }
            files.Add((document, embedded));
        }
        else
        {
            Console.Out.WriteLine(result.GetValue(AsJson) ? JsonOf(plan, words) : Report.Markdown(plan, words));
        }
        files.AddRange(result.GetValue(Svg) is { } svg ? [(svg, SvgDrawing.Of(plan, words))] : []);
        files.AddRange(result.GetValue(Mermaid) is { } mermaid ? [(mermaid, MermaidDrawing.Of(plan, words))] : []);
        if (check is null)
        {
            files.ForEach(file => File.WriteAllText(file.File, file.Content));
            return 0;
        }
        var stale = files
            .Where(file => !File.Exists(file.File) || File.ReadAllText(file.File) != file.Content)
            .Select(file => file.File)
            .ToList();
        stale.ForEach(file =>
            Console.Error.WriteLine($"{file} does not hold today's plan; write it anew with --write, --svg and --mermaid")
        );
        return stale.Count == 0 ? 0 : 1;
    }

    private static string JsonOf(Plan plan, Wording words) =>
        JsonSerializer.Serialize(
            new
            {
                plan.System,
                plan.Threshold,
                Contexts = plan.Contexts.Select(context => new
                {
                    context.Name,
                    Modules = context.Modules.Select(module => module.Name),
                    context.Capability,
                    context.Score,
                    Split = context.IsService,
                    RunsIn = Report.Unit(context.Unit, words),
                    context.Responsibilities,
                    context.Invariants,
                    context.Owns,
                    Reasons = Named(context.Reasons),
                    Doubts = Named(context.Doubts),
                }),
                Edges = plan.Edges.Select(edge => edge.Name),
                Data = plan.Data.Select(data => new
                {
                    data.Datum,
                    data.Owner,
                    Database = Report.Unit(data.Unit, words),
                    Readers = Named(data.Readers),
                }),
                Dependencies = plan.Links.Select(link => new
                {
                    From = Report.Unit(link.From, words),
                    To = Report.Unit(link.To, words),
                    link.ByEvents,
                }),
                Cuts = plan.Cuts.Select(cut => new
                {
                    cut.First,
                    cut.Second,
                    Crossings = Named(cut.Crossings),
                    Reasons = Named(cut.Reasons),
                    Doubts = Named(cut.Doubts),
                }),
                KeepTogether = plan.Together.Select(one => new
                {
                    one.First,
                    Second = Report.Unit(one.Second, words),
                    Reasons = Named(one.Reasons),
                    Until = Named(one.Until),
                }),
            },
            Json
        );

    /// <summary>Findings by name and arguments: programs read them, whatever the language of the report.</summary>
    private static IEnumerable<object> Named(IEnumerable<Remark> remarks) =>
        remarks.Select(remark => new
        {
            remark.Finding,
            remark.Arguments,
            remark.Points,
        });
}
