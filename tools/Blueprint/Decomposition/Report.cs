using System.Text;

namespace Blueprint.Decomposition;

/// <summary>The plan as Markdown.</summary>
internal static class Report
{
    public static string Markdown(Plan plan, Wording words)
    {
        var text = new StringBuilder();
        text.AppendLine($"## {words.Contexts}: {plan.System}").AppendLine();
        Table(
            text,
            [words.Context, words.Modules, words.Capability, words.Verdict, words.Points],
            plan.Contexts.Select(context =>
                (string[])
                    [
                        context.Name,
                        string.Join(", ", context.Modules.Select(module => module.Name)),
                        Or(context.Capability),
                        VerdictOf(context, words),
                        $"{context.Score} / {plan.Threshold}",
                    ]
            )
        );
        foreach (var context in plan.Contexts)
        {
            text.AppendLine($"### {context.Name}").AppendLine();
            List(text, words.Responsibilities, context.Responsibilities.DefaultIfEmpty(context.Capability).Where(one => one.Length > 0));
            List(text, words.Invariants, context.Invariants);
            List(text, words.Owns, context.Owns.Select(datum => $"`{datum}`"), inline: true);
            List(text, words.SpeaksForIt, context.Reasons.Select(words.Of), inline: true);
            List(text, words.Doubts, context.Doubts.Select(words.Of));
            text.AppendLine();
        }
        Section(
            text,
            words.DataHead,
            [words.Datum, words.Owner, words.Database, words.Readers],
            plan.Data.Select(data => (string[])[$"`{data.Datum}`", data.Owner, Unit(data.Unit, words), Join(data.Readers, words)])
        );
        text.AppendLine($"## {words.Drawing}")
            .AppendLine()
            .AppendLine("```mermaid")
            .Append(MermaidDrawing.Of(plan, words))
            .AppendLine("```")
            .AppendLine();
        Section(
            text,
            words.CutsHead,
            [words.Cut, words.Crosses, words.Reasons, words.Doubts.ToLowerInvariant()],
            plan.Cuts.Select(cut =>
                (string[])[$"{cut.First} \\| {cut.Second}", Join(cut.Crossings, words), Join(cut.Reasons, words), Join(cut.Doubts, words)]
            )
        );
        Section(
            text,
            words.TogetherHead,
            [words.Parts, words.Why, words.Until],
            plan.Together.Select(one =>
                (string[])[$"{one.First}{words.And}{Unit(one.Second, words)}", Join(one.Reasons, words), Join(one.Until, words)]
            )
        );
        if (plan.Edges.Count > 0)
        {
            text.AppendLine($"## {words.EdgeHead}")
                .AppendLine()
                .AppendLine($"{string.Join(", ", plan.Edges.Select(edge => edge.Name))}: {words.Edge}")
                .AppendLine();
        }
        return text.ToString().ReplaceLineEndings("\n").TrimEnd('\n');
    }

    public static string VerdictOf(Context context, Wording words) =>
        context.IsService ? words.Service : words.KeptIn(Unit(context.Unit, words));

    public static string Unit(string unit, Wording words) => unit == Planner.Rest ? words.Rest : unit;

    private static string Join(IReadOnlyList<Remark> remarks, Wording words) =>
        Or(string.Join("; ", remarks.Select(words.Of)).Replace(":;", ":", StringComparison.Ordinal));

    private static string Or(string text) => text.Length > 0 ? text : "–";

    private static void Section(StringBuilder text, string title, string[] head, IEnumerable<string[]> rows)
    {
        var all = rows.ToList();
        if (all.Count > 0)
        {
            text.AppendLine($"## {title}").AppendLine();
            Table(text, head, all);
        }
    }

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> rows)
    {
        text.AppendLine($"| {string.Join(" | ", head)} |").AppendLine($"|{string.Concat(head.Select(_ => "---|"))}");
        foreach (var row in rows)
        {
            text.AppendLine($"| {string.Join(" | ", row)} |");
        }
        text.AppendLine();
    }

    private static void List(StringBuilder text, string title, IEnumerable<string> items, bool inline = false)
    {
        var all = items.ToList();
        if (all.Count == 1 || inline && all.Count > 0)
        {
            text.AppendLine($"- **{title}**: {string.Join(", ", all)}");
        }
        else if (all.Count > 0)
        {
            text.AppendLine($"- **{title}**:");
            all.ForEach(item => text.AppendLine($"  - {item}"));
        }
    }
}
