using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace Blueprint.Decomposition;

/// <summary><c>decompose</c>: which candidates deserve a service of their own, and why. Exit code 2: the file has mistakes.</summary>
internal static class DecomposeCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private static readonly Argument<string> CriteriaFile = new("criteria") { Description = "YAML file with candidates, and weights if they are to differ" };
    private static readonly Option<string> Language = new("--lang") { Description = "Language of the table", DefaultValueFactory = _ => "en" };
    private static readonly Option<bool> AsJson = new("--json") { Description = "Print JSON instead of a table" };

    public static Command Create()
    {
        Language.AcceptOnlyFromAmong("en", "ja");
        var command = new Command("decompose", "Scores candidates for a service of their own by the checklist of the design guidelines.") { CriteriaFile, Language, AsJson };
        command.SetAction(result =>
        {
            var criteria = CriteriaReader.Read(result.GetValue(CriteriaFile)!);
            var advice = criteria.Candidates.Select(candidate => Scoring.Judge(candidate, criteria.Weights)).ToList();
            if (result.GetValue(AsJson))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(advice.Select(one => new { one.Candidate.Name, Capability = one.Candidate.Capability, one.Score, one.Split, one.Reasons }), Json));
            }
            else
            {
                Print(advice, result.GetValue(Language) == "ja" ? Wording.Japanese : Wording.English);
            }
            return 0;
        });
        return command;
    }

    private static void Print(List<Advice> advice, Wording wording)
    {
        var table = new Table().RoundedBorder().AddColumns(wording.Candidate, wording.Capability, wording.Score, wording.Recommendation, wording.Reasons);
        table.Columns[2].RightAligned();
        foreach (var one in advice)
        {
            table.AddRow(
                Markup.Escape(one.Candidate.Name), Markup.Escape(one.Candidate.Capability), $"{one.Score}",
                one.Split ? $"[green]{wording.Split}[/]" : $"[yellow]{wording.Keep}[/]",
                Markup.Escape(string.Join(Environment.NewLine, one.Reasons.Select(wording.Of))));
        }
        AnsiConsole.Write(table);
    }
}
