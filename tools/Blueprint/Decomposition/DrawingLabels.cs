namespace Blueprint.Decomposition;

/// <summary>The lines in a box of a drawing: the service, the data in its database, and the contexts kept in it.</summary>
internal static class DrawingLabels
{
    private const int Widest = 34;

    public static IReadOnlyList<string> Of(Plan plan, string unit, Wording words)
    {
        var inside = plan.Contexts.Where(context => context.Unit == unit).ToList();
        var kept = inside.SelectMany(context => context.Modules).Select(module => module.Name).Where(name => name != unit).ToList();
        return
        [
            Report.Unit(unit, words),
            .. Wrap(inside.SelectMany(context => context.Owns)),
            .. Wrap(kept).Select((line, index) => index == 0 ? $"+ {line}" : line),
        ];
    }

    private static IEnumerable<string> Wrap(IEnumerable<string> words)
    {
        var line = "";
        foreach (var word in words)
        {
            if (line.Length > 0 && line.Length + word.Length + 2 > Widest)
            {
                yield return $"{line},";
                line = "";
            }
            line = line.Length == 0 ? word : $"{line}, {word}";
        }
        if (line.Length > 0)
        {
            yield return line;
        }
    }
}
