using Cronos;
using Sidecar.Go;
using Sidecar.Timers;

namespace Sidecar.Jobs;

/// <summary>
/// The schedule of a job: a cron expression of six fields (seconds first) or a macro such as <c>@daily</c>, in local time unless it begins
/// with <c>CRON_TZ=Zone </c>, or <c>@every 5s</c>. Without one the job runs once.
/// </summary>
internal sealed record JobSchedule(CronExpression? Cron, TimeZoneInfo Zone, TimeSpan? Every)
{
    private const string EveryPrefix = "@every ";
    private const string ZonePrefix = "CRON_TZ=";
    private const int Fields = 6;

    private static readonly JobSchedule Once = new(null, TimeZoneInfo.Utc, null);

    /// <exception cref="FormatException">The text is none of these.</exception>
    public static JobSchedule Parse(string? text, TimeZoneInfo local)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Once;
        }
        if (
            text.StartsWith(ZonePrefix, StringComparison.Ordinal)
            && Zoned(text) is (_, var plain)
            && plain.StartsWith(EveryPrefix, StringComparison.Ordinal)
        )
        {
            return Parse(plain, local); // every zone has the same intervals
        }
        if (text.StartsWith(EveryPrefix, StringComparison.Ordinal))
        {
            return GoDuration.TryParse(text[EveryPrefix.Length..], out var every) && every >= TimeSpan.Zero
                ? Once with
                {
                    Every = every,
                }
                : throw Wrong(text, "after @every a duration such as 30s is expected");
        }
        var (zone, cron) = text.StartsWith(ZonePrefix, StringComparison.Ordinal) ? Zoned(text) : (local, text);
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (!cron.StartsWith('@') && fields.Length != Fields)
        {
            throw new FormatException(
                $"job failed validation: expected exactly {Fields} fields, found {fields.Length}: [{string.Join(' ', fields)}]"
            );
        }
        return CronExpression.TryParse(cron, cron.StartsWith('@') ? CronFormat.Standard : CronFormat.IncludeSeconds, out var parsed)
            ? new JobSchedule(parsed, zone, null)
            : throw Wrong(text, "it is no cron expression");
    }

    /// <summary>The first time: when it is due, else the first that the schedule gives.</summary>
    public DateTimeOffset First(string? dueTime, DateTimeOffset now) =>
        dueTime is not null ? Schedule.DueTime(dueTime, now)
        : Every is { } every ? now + every
        : Cron?.GetNextOccurrence(now, Zone) ?? now;

    /// <summary>
    /// The time after <paramref name="due"/>, which may have passed: the scheduler makes up for every missed time. An interval of zero
    /// recurs at <paramref name="now"/>. Null if there is none.
    /// </summary>
    public DateTimeOffset? After(DateTimeOffset due, DateTimeOffset now) =>
        this switch
        {
            { Cron: not null } => Cron.GetNextOccurrence(due, Zone),
            { Every: { } every } => every == TimeSpan.Zero ? now : due + every,
            _ => null,
        };

    private static (TimeZoneInfo, string) Zoned(string text)
    {
        var end = text.IndexOf(' ', StringComparison.Ordinal);
        var name = end < 0 ? text[ZonePrefix.Length..] : text[ZonePrefix.Length..end];
        return TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone)
            ? (zone, end < 0 ? "" : text[(end + 1)..])
            : throw Wrong(text, $"there is no time zone '{name}'");
    }

    private static FormatException Wrong(string text, string why) =>
        new($"job failed validation: failed to parse schedule '{text}': {why}");
}
