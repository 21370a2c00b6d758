using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Cel;

/// <summary>A duration. TimeSpan is too coarse for it: it counts 100 ns.</summary>
internal readonly partial record struct CelDuration(long Nanoseconds)
{
    public double Seconds => Nanoseconds / 1_000_000_000 + Nanoseconds % 1_000_000_000 / 1e9;

    /// <summary>Reads Go's notation, as <c>1h30m</c> or <c>-1.5s</c>. Null if <paramref name="text"/> is not in it.</summary>
    public static CelDuration? Parse(string text)
    {
        if (text.TrimStart('+', '-') is "0" && text.Length <= 2)
        {
            return default(CelDuration);
        }
        var match = Notation.Match(text);
        if (!match.Success)
        {
            return null;
        }
        var total = 0m;
        for (var i = 0; i < match.Groups["number"].Captures.Count; i++)
        {
            var digits = match.Groups["number"].Captures[i].ValueSpan;
            if (
                !decimal.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
                || number > 1m + long.MaxValue
            )
            {
                return null;
            }
            total += decimal.Truncate(
                number
                    * match.Groups["unit"].Captures[i].Value switch
                    {
                        "ns" => 1m,
                        "us" or "µs" or "μs" => 1_000m,
                        "ms" => 1_000_000m,
                        "s" => 1_000_000_000m,
                        "m" => 60_000_000_000m,
                        _ => 3_600_000_000_000m,
                    }
            );
            if (total > long.MaxValue + (text[0] == '-' ? 1m : 0m))
            {
                return null;
            }
        }
        return new CelDuration((long)(text[0] == '-' ? -total : total));
    }

    [GeneratedRegex(@"^[+-]?(?:(?<number>[0-9]+\.?[0-9]*|\.[0-9]+)(?<unit>ns|us|µs|μs|ms|s|m|h))+\z")]
    private static partial Regex Notation { get; }
}
