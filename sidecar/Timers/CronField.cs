using Sidecar.Go;

namespace Sidecar.Timers;

/// <summary>A field of a cron expression with its bounds. Source: github.com/dapr/kit/cron.</summary>
/// <param name="Names">The names of the values from 0 on, in lower case.</param>
internal sealed record CronField(int Min, int Max, string[] Names)
{
    /// <summary>
    /// Lists the values that <paramref name="text"/> selects. <c>IsAny</c> is true if a part of it is <c>*</c> or <c>?</c> without a
    /// step: then the field restricts nothing.
    /// </summary>
    /// <exception cref="FormatException">A part is no value or range within the bounds.</exception>
    public (string Text, bool IsAny) Values(string text)
    {
        var parts = text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Range).ToList();
        if (parts.Count == 0)
        {
            throw new FormatException($"failed to parse int from {text}: {GoNumbers.Problem(text, "Atoi", "invalid syntax")}");
        }
        var values = parts.SelectMany(part => part.Values).Distinct().Order();
        return (string.Join(',', values), parts.Any(part => part.IsAny));
    }

    private (IEnumerable<int> Values, bool IsAny) Range(string part)
    {
        var rangeAndStep = part.Split('/');
        var ends = rangeAndStep[0].Split('-');
        var all = ends[0] is "*" or "?";
        var (first, last) = all ? (Min, Max) : Ends(ends, part);
        if (rangeAndStep.Length > 2)
        {
            throw new FormatException($"too many slashes: {part}");
        }
        var step = 1;
        if (rangeAndStep.Length == 2)
        {
            step = Number(rangeAndStep[1], part);
            last = ends.Length == 1 ? Max : last; // N/step goes up to the field's maximum
        }
        if (first < Min)
        {
            throw new FormatException($"beginning of range ({first}) below minimum ({Min}): {part}");
        }
        if (last > Max)
        {
            throw new FormatException($"end of range ({last}) above maximum ({Max}): {part}");
        }
        if (first > last)
        {
            throw new FormatException($"beginning of range ({first}) beyond end of range ({last}): {part}");
        }
        if (step == 0)
        {
            throw new FormatException($"step of range should be a positive number: {part}");
        }
        return (Enumerable.Range(first, last - first + 1).Where(value => (value - first) % step == 0), all && step == 1);
    }

    private (int First, int Last) Ends(string[] ends, string part)
    {
        var first = Value(ends[0], part);
        return ends.Length switch
        {
            1 => (first, first),
            2 => (first, Value(ends[1], part)),
            _ => throw new FormatException($"too many hyphens: {part}"),
        };
    }

    private int Value(string text, string part) =>
        Names.Length > 0 && text.Length > 0 && Array.IndexOf(Names, text.ToLowerInvariant()) is >= 0 and var named
            ? named
            : Number(text, part);

    private static int Number(string text, string part)
    {
        if (GoNumbers.ProblemOf(text, "Atoi") is { } problem)
        {
            throw new FormatException($"failed to parse int from {text}: {problem}");
        }
        var number = GoNumbers.Parse(text, "Atoi");
        return number < 0
            ? throw new FormatException($"negative number ({number}) not allowed: {part}")
            : (int)Math.Min(number, int.MaxValue);
    }
}
