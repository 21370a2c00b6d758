using Cronos;
using Sidecar.Go;

namespace Sidecar.Bindings.Drivers;

/// <summary>
/// A cron expression of five or six fields (seconds first), <c>@hourly</c> and its like, or <c>@every 5s</c>; in local time, as in daprd.
/// </summary>
internal sealed record CronSchedule(CronExpression? Cron, TimeSpan Every)
{
    private const string EveryPrefix = "@every ";

    /// <exception cref="FormatException">The text is none of these.</exception>
    public static CronSchedule Parse(string text)
    {
        if (text.StartsWith(EveryPrefix, StringComparison.Ordinal))
        {
            return GoDuration.TryParse(text[EveryPrefix.Length..], out var every) && every > TimeSpan.Zero
                ? new CronSchedule(
                    null,
                    every < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(Math.Floor(every.TotalSeconds))
                )
                : throw new FormatException($"invalid schedule format '{text}': after @every a duration such as 30s is expected");
        }
        try
        {
            var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length;
            return new CronSchedule(
                CronExpression.Parse(text, fields == 6 ? CronFormat.IncludeSeconds : CronFormat.Standard),
                TimeSpan.Zero
            );
        }
        catch (CronFormatException e)
        {
            throw new FormatException($"invalid schedule format '{text}': {e.Message} Right would be '*/15 * * * * *' or '@every 15s'.", e);
        }
    }

    /// <summary>Null if there is no further time.</summary>
    public DateTimeOffset? After(DateTimeOffset now, TimeZoneInfo zone) => Cron is null ? now + Every : Cron.GetNextOccurrence(now, zone);
}
