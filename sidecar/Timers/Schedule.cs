using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;
using Sidecar.Go;

namespace Sidecar.Timers;

/// <summary>
/// The recurrence of a reminder or timer: an ISO 8601 duration with repetitions (<c>R5/PT10S</c>), a Go duration (<c>1h30m</c>, <c>@every
/// 5s</c>) or a cron expression with seconds. <paramref name="Repetitions"/> is -1 without end, 1 without recurrence.
/// </summary>
internal sealed partial record Schedule(int Years, int Months, int Days, TimeSpan Time, CronExpression? Cron, int Repetitions)
{
    public static readonly Schedule Once = new(0, 0, 0, TimeSpan.Zero, null, 1);

    private bool Recurs => Cron is not null || Years != 0 || Months != 0 || Days != 0 || Time > TimeSpan.Zero;

    /// <summary>Parses the period of a new reminder by the rules of daprd and its scheduler: no days and longer, no cron, whole seconds in
    /// ISO 8601.</summary> <exception cref="FormatException">The scheduler refuses the period, or a field beside it; the message is
    /// daprd's.</exception>
    public static Schedule OfReminder(string? period, string? dueTime, string? ttl)
    {
        DemandReminderPeriod(period);
        if (string.IsNullOrEmpty(period) && string.IsNullOrEmpty(dueTime))
        {
            throw Invalid("job must have either a due time or a schedule");
        }
        if (string.IsNullOrEmpty(period) && !string.IsNullOrEmpty(ttl))
        {
            throw Invalid("job must have a schedule to have a ttl");
        }
        if (!string.IsNullOrEmpty(dueTime) && MomentProblem(dueTime) is { } problem)
        {
            throw Invalid(problem);
        }
        return Stored(period);
    }

    /// <summary>
    /// The time at which a job or a reminder expires, counted from <paramref name="due"/> if it has a time to be due. Null without a time
    /// to live.
    /// </summary>
    /// <exception cref="FormatException">The scheduler refuses the time to live; the message is daprd's.</exception>
    public static DateTimeOffset? Expiry(string? ttl, DateTimeOffset? due, DateTimeOffset now)
    {
        if (ttl is null)
        {
            return null;
        }
        if (MomentProblem(ttl) is not null)
        {
            throw Invalid("ttl format not recognized");
        }
        var expiry = DueTime(ttl, due ?? now);
        return due > expiry ? throw Invalid("ttl must be greater than due time") : expiry;
    }

    /// <exception cref="FormatException">A reminder can't have the period; the message is daprd's.</exception>
    public static void DemandReminderPeriod(string? period)
    {
        if (Duration(period) is not { Years: 0, Months: 0, Days: 0 })
        {
            throw new FormatException($"unsupported period format: {period}");
        }
    }

    /// <summary>The error of daprd's scheduler for a text that is no time to be due; null if it is one.</summary>
    public static string? MomentProblem(string text) =>
        !IsMoment(text) ? "due time format not recognized"
        : Repetition(text) > 0 ? "repeats not supported for due time"
        : null;

    /// <summary>The period of a timer; cron is refused.</summary>
    /// <exception cref="FormatException">It is no duration; the message is daprd's.</exception>
    public static Schedule OfTimer(string? period) =>
        period?.StartsWith("R0/", StringComparison.Ordinal) == true
            ? throw new FormatException("invalid timer period: has zero repetitions")
            : Duration(period) ?? throw new FormatException($"invalid timer period: parse error: unsupported duration format: {period}");

    /// <exception cref="FormatException">It is no duration and no time; the message is daprd's.</exception>
    public static DateTimeOffset MomentOfTimer(string text, DateTimeOffset now, string what) =>
        !IsMoment(text) ? throw new FormatException($"error parsing timer {what}: unsupported time/duration format: {text}")
        : Repetition(text) != -1 ? throw new FormatException($"error parsing timer {what}: repetitions are not allowed")
        : DueTime(text, now);

    /// <summary>
    /// The period of a stored reminder. Zero recurs as often as the app can answer; earlier versions accepted more than <see
    /// cref="OfReminder"/> does.
    /// </summary>
    public static Schedule Stored(string? period) =>
        Parse(period) is { Cron: null, Recurs: false } zero && !string.IsNullOrEmpty(period)
            ? zero with
            {
                Repetitions = Given(period),
            }
            : Parse(period);

    /// <exception cref="FormatException">The text is none of the three.</exception>
    public static Schedule Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Once;
        }
        if (Iso().Match(text) is { Success: true } iso)
        {
            return FromIso(iso);
        }
        var duration = text.StartsWith("@every ", StringComparison.Ordinal) ? text["@every ".Length..] : text;
        if (GoDuration.TryParse(duration, out var every))
        {
            return every >= TimeSpan.Zero
                ? Once with
                {
                    Time = every,
                    Repetitions = every > TimeSpan.Zero ? -1 : 1,
                }
                : throw new FormatException($"'{text}' is negative");
        }
        try
        {
            var format =
                text.StartsWith('@') || text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < 6
                    ? CronFormat.Standard
                    : CronFormat.IncludeSeconds;
            return Once with { Cron = CronExpression.Parse(text, format), Repetitions = -1 };
        }
        catch (CronFormatException e)
        {
            throw new FormatException($"'{text}' is no duration, ISO 8601 period or cron expression", e);
        }
    }

    /// <summary>Formats a period as daprd's scheduler does.</summary>
    public static string? Shown(string? period) =>
        string.IsNullOrEmpty(period) ? null
        : Parse(period) is { Cron: null, Years: 0, Months: 0 } plain
            ? $"@every {GoDuration.Text(plain.Time + TimeSpan.FromDays(plain.Days))}"
        : period;

    /// <summary>
    /// The first time of a reminder to act: at <paramref name="dueTime"/> (a time, or a duration from now), otherwise after one period.
    /// </summary>
    public DateTimeOffset First(string? dueTime, DateTimeOffset now)
    {
        if (!string.IsNullOrEmpty(dueTime))
        {
            return DueTime(dueTime, now);
        }
        return Following(now, now) ?? now;
    }

    /// <summary>
    /// The time after <paramref name="last"/>, which may have passed: daprd makes up for every missed time. A period of zero recurs at
    /// <paramref name="now"/>. Null if nothing recurs.
    /// </summary>
    public DateTimeOffset? Following(DateTimeOffset last, DateTimeOffset now)
    {
        if (Cron is not null)
        {
            return Cron.GetNextOccurrence(last, TimeZoneInfo.Utc);
        }
        if (!Recurs)
        {
            return Repetitions == 1 ? null : now;
        }
        return From(last);
    }

    /// <summary>A moment given as a time (RFC 3339) or as a duration from now.</summary>
    public static DateTimeOffset DueTime(string text, DateTimeOffset now)
    {
        if (GoDuration.TryParseExact(text, out var wait))
        {
            return (Once with { Time = wait }).From(now);
        }
        if (Iso().Match(text) is { Success: true } iso)
        {
            return FromIso(iso).From(now);
        }
        return GoTime.Parse(text) ?? throw new FormatException($"'{text}' is no duration and no time");
    }

    /// <summary>True for a point in time (RFC 3339), false for a duration.</summary>
    public static bool IsTime(string? text) => !string.IsNullOrEmpty(text) && Duration(text) is null && IsMoment(text);

    private static Schedule? Duration(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Once;
        }
        return Iso().IsMatch(text)
            ? IsFraction(text)
                ? null
                : Parse(text)
            : GoDuration.TryParseExact(text, out _)
                ? Parse(text)
                : null;
    }

    private static bool IsMoment(string text) =>
        GoDuration.TryParseExact(text, out _) || (Iso().IsMatch(text) ? !IsFraction(text) : GoTime.Parse(text) is not null);

    private static FormatException Invalid(string why) => new($"rpc error: code = Unknown desc = job failed validation: {why}");

    /// <summary>
    /// The time that comes this duration after <paramref name="moment"/>, counted as Go does: a month after 31 January is 3 March, or 2
    /// March in a leap year. A time beyond the calendar, which .NET lacks, is the end of the calendar.
    /// </summary>
    private DateTimeOffset From(DateTimeOffset moment)
    {
        var months = (Years * 12) + Months;
        var month = moment.AddDays(1 - moment.Day);
        if (month > DateTimeOffset.MaxValue.AddMonths(-months))
        {
            return DateTimeOffset.MaxValue;
        }
        var ticks = month.AddMonths(months).UtcTicks + (TimeSpan.FromDays(moment.Day - 1 + Days) + Time).Ticks;
        return new DateTimeOffset(Math.Clamp(ticks, DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
    }

    /// <summary>-1 without repetitions.</summary>
    private static int Repetition(string moment) =>
        Iso().Match(moment) is { Success: true } iso && int.TryParse(iso.Groups["R"].Value, CultureInfo.InvariantCulture, out var count)
            ? count
            : -1;

    private static bool IsFraction(string iso) => iso.Contains('.', StringComparison.Ordinal);

    /// <summary>The interval of a period of zero.</summary>
    private static int Given(string period) =>
        Iso().Match(period) is { Success: true } iso && iso.Groups["R"].Value is { Length: > 0 } count
            ? int.Parse(count, CultureInfo.InvariantCulture)
            : -1;

    private static Schedule FromIso(Match iso)
    {
        int Part(string name) => iso.Groups[name].Success ? int.Parse(iso.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        var repetitions = iso.Groups["R"].Value is { Length: > 0 } count ? int.Parse(count, CultureInfo.InvariantCulture) : -1;
        var seconds = iso.Groups["S"].Success ? double.Parse(iso.Groups["S"].Value, CultureInfo.InvariantCulture) : 0;
        var schedule = new Schedule(
            Part("Y"),
            Part("Mo"),
            (Part("W") * 7) + Part("D"),
            new TimeSpan(Part("H"), Part("Mi"), 0) + TimeSpan.FromSeconds(seconds),
            null,
            repetitions > 0 ? repetitions : -1 // as in daprd, zero and less have no end
        );
        return schedule.Recurs ? schedule : schedule with { Repetitions = 1 };
    }

    /// <summary>With as many digits as a date can bear.</summary>
    [GeneratedRegex(
        @"^(?:R(?<R>-?\d{1,9}|)/)?P(?=.)(?:(?<Y>\d{1,3})Y)?(?:(?<Mo>\d{1,4})M)?(?:(?<W>\d{1,4})W)?(?:(?<D>\d{1,6})D)?"
            + @"(?:T(?:(?<H>\d{1,7})H)?(?:(?<Mi>\d{1,9})M)?(?:(?<S>\d{1,9}(?:\.\d+)?)S)?)?$",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Iso();
}
