using System.Globalization;
using System.Text.RegularExpressions;

namespace Sidecar.Go;

/// <summary>Points in time in RFC 3339 as Go reads and writes them.</summary>
internal static partial class GoTime
{
    /// <summary>
    /// With the offset it was written with. The hour may have one digit, and a fraction may follow a comma. Null if the text is no such
    /// time, or one that .NET does not have.
    /// </summary>
    public static DateTimeOffset? Parse(string text)
    {
        if (Rfc3339.Match(text) is not { Success: true } match)
        {
            return null;
        }
        var fraction = match.Groups["fraction"].Value;
        var exact =
            $"{match.Groups["date"]}T{match.Groups["hour"].Value.PadLeft(2, '0')}{match.Groups["minutes"]}"
            + (fraction.Length > 0 ? "." + fraction[..Math.Min(7, fraction.Length)] : "")
            + match.Groups["offset"];
        return DateTimeOffset.TryParse(exact, CultureInfo.InvariantCulture, out var time) ? time : null;
    }

    /// <summary>In whole seconds, with the offset of <paramref name="time"/>.</summary>
    public static string Text(DateTimeOffset time) =>
        time.ToString(time.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);

    /// <summary>In whole seconds, in UTC.</summary>
    public static string UtcText(DateTimeOffset time) => Text(time.ToUniversalTime());

    [GeneratedRegex(
        "^(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?<hour>[0-9]{1,2})(?<minutes>:[0-9]{2}:[0-9]{2})"
            + @"(?:[.,](?<fraction>[0-9]+))?(?<offset>Z|[+-][0-9]{2}:[0-9]{2})\z"
    )]
    private static partial Regex Rfc3339 { get; }
}
