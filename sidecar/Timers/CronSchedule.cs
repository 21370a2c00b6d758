using Cronos;
using Sidecar.Go;

namespace Sidecar.Timers;

/// <summary>
/// A schedule of Dapr's cron library (github.com/dapr/kit/cron): five or six fields (seconds first), a macro such as <c>@daily</c>, or
/// <c>@every 5s</c>. <c>TZ=Zone </c> or <c>CRON_TZ=Zone </c> in front names the time zone.
/// </summary>
/// <param name="Expressions">The next time of any of them is the next time of the schedule.</param>
/// <param name="Zone">Null: the caller's.</param>
/// <param name="Every">The interval of <c>@every</c>, in place of expressions.</param>
internal sealed record CronSchedule(IReadOnlyList<CronExpression> Expressions, TimeZoneInfo? Zone, TimeSpan? Every)
{
    private const string EveryPrefix = "@every ";
    private const string Any = "*";

    private static readonly CronField[] Fields =
    [
        new(0, 59, []),
        new(0, 59, []),
        new(0, 23, []),
        new(1, 31, []),
        new(1, 12, ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new(0, 6, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    /// <param name="secondsRequired">Refuses five fields. Otherwise they mean second 0.</param>
    /// <exception cref="FormatException">The text is no schedule; the message is that of Dapr's library.</exception>
    public static CronSchedule Parse(string text, bool secondsRequired)
    {
        var (zone, rest) = Zoned(text);
        if (rest.Length == 0)
        {
            throw new FormatException("empty spec string");
        }
        if (rest.StartsWith(EveryPrefix, StringComparison.Ordinal))
        {
            return GoDuration.ProblemOf(rest[EveryPrefix.Length..], out var every) is { } problem
                ? throw new FormatException($"failed to parse duration {rest}: {problem}")
                : new CronSchedule([], zone, every);
        }
        return new CronSchedule(rest.StartsWith('@') ? [Macro(rest)] : Expressed(rest, secondsRequired), zone, null);
    }

    /// <summary>The first time after <paramref name="moment"/>; null if there is none.</summary>
    /// <param name="local">The zone of a schedule that names none.</param>
    public DateTimeOffset? After(DateTimeOffset moment, TimeZoneInfo local) =>
        Every is { } every ? moment + every : Expressions.Min(expression => expression.GetNextOccurrence(moment, Zone ?? local));

    private static (TimeZoneInfo?, string) Zoned(string text)
    {
        if (!text.StartsWith("TZ=", StringComparison.Ordinal) && !text.StartsWith("CRON_TZ=", StringComparison.Ordinal))
        {
            return (null, text);
        }
        var (start, end) = (text.IndexOf('=', StringComparison.Ordinal) + 1, text.IndexOf(' ', StringComparison.Ordinal));
        var name = end < 0 ? text[start..] : text[start..end];
        var rest = end < 0 ? "" : text[end..].Trim();
        return name switch
        {
            "" => (TimeZoneInfo.Utc, rest),
            "Local" => (null, rest),
            _ when TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) => (zone, rest),
            _ => throw new FormatException($"provided bad location {name}: unknown time zone {name}"),
        };
    }

    private static CronExpression Macro(string macro) =>
        macro switch
        {
            "@yearly" or "@annually" => CronExpression.Yearly,
            "@monthly" => CronExpression.Monthly,
            "@weekly" => CronExpression.Weekly,
            "@daily" or "@midnight" => CronExpression.Daily,
            "@hourly" => CronExpression.Hourly,
            _ => throw new FormatException($"unrecognized descriptor: {macro}"),
        };

    /// <summary>
    /// Two expressions if both the day of the month and the day of the week are restricted: one of them is enough, as in Unix's cron.
    /// </summary>
    private static CronExpression[] Expressed(string text, bool secondsRequired)
    {
        string[] given = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (given.Length != Fields.Length && (secondsRequired || given.Length != Fields.Length - 1))
        {
            var expected = secondsRequired ? $"exactly {Fields.Length}" : $"{Fields.Length - 1} to {Fields.Length}";
            throw new FormatException($"expected {expected} fields, found {given.Length}: [{string.Join(' ', given)}]");
        }
        string[] values = given.Length == Fields.Length ? given : ["0", .. given];
        var fields = Fields.Zip(values, (field, value) => field.Values(value)).ToArray();
        var ((day, anyDay), (weekday, anyWeekday)) = (fields[3], fields[5]);
        return anyDay || anyWeekday ? [Of(day, weekday)] : [Of(day, Any), Of(Any, weekday)];

        CronExpression Of(string days, string weekdays) =>
            CronExpression.Parse(
                $"{fields[0].Text} {fields[1].Text} {fields[2].Text} {days} {fields[4].Text} {weekdays}",
                CronFormat.IncludeSeconds
            );
    }
}
