using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Go;

/// <summary>Times as Go's <c>time.Parse</c> reads them.</summary>
internal static partial class GoTime
{
    private const int MostDigits = 7; // .NET counts in 100 ns

    /// <summary>Reads RFC 3339. Null if <paramref name="text"/> is not in it.</summary>
    public static DateTimeOffset? Parse(string text)
    {
        var shortened = Fraction.Replace(text, match => "." + match.Value[1..Math.Min(1 + MostDigits, match.Length)]);
        return Rfc3339.IsMatch(text) && DateTimeOffset.TryParse(shortened, CultureInfo.InvariantCulture, out var time) ? time : null;
    }

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}([.,][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339 { get; }

    [GeneratedRegex(@"[.,][0-9]+")]
    private static partial Regex Fraction { get; }
}
