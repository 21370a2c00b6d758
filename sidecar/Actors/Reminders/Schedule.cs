using System.Globalization;
using System.Text.RegularExpressions;
using Cronos;
using Sidecar.Components;

namespace Sidecar.Actors.Reminders;

/// <summary>
/// When something recurs: an ISO 8601 duration with repetitions (<c>R5/PT10S</c>), a Go duration (<c>1h30m</c>, <c>@every 5s</c>) or
/// a cron expression with seconds. <paramref name="Repetitions"/> -1: without end; 1 when nothing recurs.
/// </summary>
internal sealed partial record Schedule(int Years, int Months, int Days, TimeSpan Time, CronExpression? Cron, int Repetitions)
{
    public static readonly Schedule Once = new(0, 0, 0, TimeSpan.Zero, null, 1);

    private bool Recurs => Cron is not null || Years != 0 || Months != 0 || Days != 0 || Time > TimeSpan.Zero;

    /// <exception cref="FormatException">The text is none of the three.</exception>
    public static Schedule Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Once;
        }
        if (Iso().Match(text) is { Success: true } iso)
        {
            return FromIso(text, iso);
        }
        var duration = text.StartsWith("@every ", StringComparison.Ordinal) ? text["@every ".Length..] : text;
        if (GoDuration.TryParse(duration, out var every))
        {
            return every >= TimeSpan.Zero ? Once with { Time = every, Repetitions = every > TimeSpan.Zero ? -1 : 1 } : throw new FormatException($"'{text}' is negative");
        }
        try
        {
            var format = text.StartsWith('@') || text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length < 6 ? CronFormat.Standard : CronFormat.IncludeSeconds;
            return Once with { Cron = CronExpression.Parse(text, format), Repetitions = -1 };
        }
        catch (CronFormatException e)
        {
            throw new FormatException($"'{text}' is no duration, ISO 8601 period or cron expression", e);
        }
    }

    /// <summary>As daprd tells a period: in the scheduler's words.</summary>
    public static string? Shown(string? period)
        => string.IsNullOrEmpty(period) ? null
            : Parse(period) is { Cron: null, Years: 0, Months: 0, Recurs: true } plain ? $"@every {GoDuration.Text(plain.Time + TimeSpan.FromDays(plain.Days))}"
            : period;

    /// <summary>The first time to act: at <paramref name="dueTime"/> (a time, or a duration from now), else at once, or by the cron.</summary>
    public DateTimeOffset First(string? dueTime, DateTimeOffset now)
    {
        if (!string.IsNullOrEmpty(dueTime))
        {
            return DueTime(dueTime, now);
        }
        return Cron?.GetNextOccurrence(now, TimeZoneInfo.Utc) ?? now;
    }

    /// <summary>The time after <paramref name="last"/> that is still to come at <paramref name="now"/>: what was missed is not made up for. Null when nothing recurs.</summary>
    public DateTimeOffset? Following(DateTimeOffset last, DateTimeOffset now)
    {
        if (Cron is not null)
        {
            return Cron.GetNextOccurrence(now, TimeZoneInfo.Utc);
        }
        if (!Recurs)
        {
            return null;
        }
        if (Years == 0 && Months == 0)
        {
            var period = Time + TimeSpan.FromDays(Days);
            var missed = now > last ? (now - last).Ticks / period.Ticks : 0;
            return last + (period * (missed + 1));
        }
        var next = last;
        do
        {
            next = next.AddYears(Years).AddMonths(Months).AddDays(Days) + Time;
        }
        while (next <= now);
        return next;
    }

    /// <summary>A moment given as a time (RFC 3339) or as a duration from now.</summary>
    public static DateTimeOffset DueTime(string text, DateTimeOffset now)
    {
        if (GoDuration.TryParse(text, out var wait))
        {
            return now + wait;
        }
        if (Iso().Match(text) is { Success: true } iso)
        {
            var schedule = FromIso(text, iso);
            return now.AddYears(schedule.Years).AddMonths(schedule.Months).AddDays(schedule.Days) + schedule.Time;
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new FormatException($"'{text}' is no duration and no time");
    }

    private static Schedule FromIso(string text, Match iso)
    {
        int Part(string name) => iso.Groups[name].Success ? int.Parse(iso.Groups[name].Value, CultureInfo.InvariantCulture) : 0;
        var repetitions = iso.Groups["R"].Success ? iso.Groups["R"].Value.Length == 0 ? -1 : Part("R") : -1;
        if (repetitions == 0)
        {
            throw new FormatException($"'{text}' has zero repetitions");
        }
        var seconds = iso.Groups["S"].Success ? double.Parse(iso.Groups["S"].Value, CultureInfo.InvariantCulture) : 0;
        var schedule = new Schedule(Part("Y"), Part("Mo"), (Part("W") * 7) + Part("D"), new TimeSpan(Part("H"), Part("Mi"), 0) + TimeSpan.FromSeconds(seconds), null, repetitions);
        return schedule.Recurs ? schedule : schedule with { Repetitions = 1 };
    }

    [GeneratedRegex(@"^(?:R(?<R>\d*)/)?P(?=.)(?:(?<Y>\d+)Y)?(?:(?<Mo>\d+)M)?(?:(?<W>\d+)W)?(?:(?<D>\d+)D)?(?:T(?:(?<H>\d+)H)?(?:(?<Mi>\d+)M)?(?:(?<S>\d+(?:\.\d+)?)S)?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Iso();
}
