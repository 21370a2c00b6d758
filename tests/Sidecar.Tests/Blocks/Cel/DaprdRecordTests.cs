using System.Text.Json.Nodes;
using Sidecar.Cel;

namespace Sidecar.Tests.Blocks;

/// <summary>
/// daprd 1.18.3's result of each expression as the rule of a subscription, with <c>event.json</c> published to it: routed (true), not
/// routed (false), not delivered (error), refused at start (rejected). Intended differences are in <c>docs/fidelity.md</c>.
/// </summary>
public sealed class DaprdRecordTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Blocks", "Cel");

    private static readonly JsonObject Event = JsonNode.Parse(File.ReadAllText(Path.Combine(Folder, "event.json")))!.AsObject();

    [Theory]
    [InlineData("reference.tsv", 122)]
    [InlineData("recorded.tsv", 1191)]
    public void Each_expression_has_the_result_recorded_from_daprd(string file, int count)
    {
        var recorded = File.ReadLines(Path.Combine(Folder, file))
            .Where(line => !line.StartsWith('#'))
            .Select(line => line.Split('\t'))
            .ToList();
        Assert.Equal(count, recorded.Count);
        Assert.Empty(recorded.Where(row => Outcome(row[0]) != row[1]).Select(row => $"{row[0]}: daprd {row[1]}, here {Outcome(row[0])}"));
    }

    private static string Outcome(string text)
    {
        CelExpression expression;
        try
        {
            expression = CelExpression.Parse(text);
        }
        catch (CelException)
        {
            return "rejected";
        }
        try
        {
            return expression.Holds("event", Event) ? "true" : "false";
        }
        catch (CelException)
        {
            return "error";
        }
    }
}
