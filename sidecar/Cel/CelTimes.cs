using System.Globalization;

namespace Sidecar.Cel;

/// <summary>Timestamps, with the offset they were written with: <c>getHours()</c> is the hour there, as in cel-go.</summary>
internal static class CelTimes
{
    public static DateTimeOffset? FromUnix(long seconds) =>
        seconds >= DateTimeOffset.MinValue.ToUnixTimeSeconds() && seconds <= DateTimeOffset.MaxValue.ToUnixTimeSeconds()
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    public static string Text(DateTimeOffset time) =>
        time.ToString(
            time.Offset == TimeSpan.Zero ? "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'" : "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
            CultureInfo.InvariantCulture
        );

    public static object Add(DateTimeOffset time, Int128 nanoseconds)
    {
        var ticks = time.UtcTicks + nanoseconds / 100;
        return
            ticks >= DateTime.MinValue.Ticks
            && ticks <= DateTime.MaxValue.Ticks
            && At(new DateTimeOffset((long)ticks, TimeSpan.Zero), time.Offset) is { } moved
            ? moved
            : new CelError("timestamp overflow");
    }

    /// <summary>A part of a timestamp, in <paramref name="zone"/> if it is given, or a duration in whole units.</summary>
    public static object Part(string function, object? value, object? zone) =>
        (value, zone) switch
        {
            (CelDuration duration, null) when Unit(function) is { } unit => duration.Nanoseconds / unit,
            (DateTimeOffset time, null) => Part(function, time),
            (DateTimeOffset time, string name) when InZone(time, name) is { } local => Part(function, local),
            _ => CelError.NoOverload(function),
        };

    private static long? Unit(string function) =>
        function switch
        {
            "getHours" => 3_600_000_000_000,
            "getMinutes" => 60_000_000_000,
            "getSeconds" => 1_000_000_000,
            "getMilliseconds" => 1_000_000,
            _ => null,
        };

    private static object Part(string function, DateTimeOffset time) =>
        function switch
        {
            "getFullYear" => (long)time.Year,
            "getMonth" => time.Month - 1L,
            "getDate" => (long)time.Day,
            "getDayOfMonth" => time.Day - 1L,
            "getDayOfWeek" => (long)time.DayOfWeek,
            "getDayOfYear" => time.DayOfYear - 1L,
            "getHours" => (long)time.Hour,
            "getMinutes" => (long)time.Minute,
            "getSeconds" => (long)time.Second,
            "getMilliseconds" => (long)time.Millisecond,
            _ => CelError.NoOverload(function),
        };

    /// <summary><paramref name="name"/> is a zone of the IANA database or an offset such as <c>-08:30</c>.</summary>
    private static DateTimeOffset? InZone(DateTimeOffset time, string name)
    {
        if (name.Split(':', 2) is [var hours, var minutes])
        {
            return
                short.TryParse(hours, CultureInfo.InvariantCulture, out var hour)
                && short.TryParse(minutes, CultureInfo.InvariantCulture, out var minute)
                ? At(time, TimeSpan.FromMinutes(hour * 60L + (name[0] == '-' ? -minute : minute)))
                : null;
        }
        return name.Length == 0 ? time.ToUniversalTime()
            : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? At(time, zone.GetUtcOffset(time))
            : null;
    }

    /// <summary>Null outside the years 1 to 9999 and the offsets of up to 14 hours that .NET has.</summary>
    private static DateTimeOffset? At(DateTimeOffset time, TimeSpan offset) =>
        Math.Abs(offset.TotalHours) <= 14
        && time.UtcTicks + offset.Ticks is var ticks
        && ticks >= DateTime.MinValue.Ticks
        && ticks <= DateTime.MaxValue.Ticks
            ? time.ToOffset(offset)
            : null;
}
