using Sidecar.Timers;

namespace Sidecar.Jobs;

/// <summary>
/// The schedule of a job: a cron expression of six fields (seconds first), a macro such as <c>@daily</c>, or <c>@every 5s</c>; in UTC
/// unless it names a time zone. Without one the job runs once.
/// </summary>
internal sealed record JobSchedule(CronSchedule? Cron)
{
    private static readonly JobSchedule Once = new((CronSchedule?)null);

    /// <param name="text">Null for a job without schedule.</param>
    /// <exception cref="FormatException">The text is none of these.</exception>
    public static JobSchedule Parse(string? text)
    {
        if (text is null)
        {
            return Once;
        }
        try
        {
            var cron = CronSchedule.Parse(text, secondsRequired: true);
            return cron.Every < TimeSpan.Zero
                ? throw new FormatException($"the interval of '{text}' must not be negative")
                : new JobSchedule(cron);
        }
        catch (FormatException e)
        {
            throw new FormatException($"job failed validation: {e.Message}", e);
        }
    }

    /// <summary>The first time: when it is due, else the first that the schedule gives.</summary>
    public DateTimeOffset First(string? dueTime, DateTimeOffset now) =>
        dueTime is not null ? Schedule.DueTime(dueTime, now) : Cron?.After(now, TimeZoneInfo.Utc) ?? now;

    /// <summary>
    /// The time after <paramref name="due"/>, which may have passed: the scheduler makes up for every missed time. An interval of zero
    /// recurs at <paramref name="now"/>. Null if there is none.
    /// </summary>
    public DateTimeOffset? After(DateTimeOffset due, DateTimeOffset now) =>
        Cron?.Every == TimeSpan.Zero ? now : Cron?.After(due, TimeZoneInfo.Utc);
}
