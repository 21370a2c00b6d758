using System.Globalization;
using Sidecar.Timers;

namespace Sidecar.Tests.Blocks;

/// <summary>Times to be due, and periods.</summary>
public sealed class ScheduleTests
{
    [Theory]
    [InlineData("2030-01-31T10:00:00Z", "90s", "2030-01-31T10:01:30Z")]
    [InlineData("2030-01-31T10:00:00Z", "-1h", "2030-01-31T09:00:00Z")]
    [InlineData("2030-01-31T10:00:00Z", "P1M", "2030-03-03T10:00:00Z")]
    [InlineData("2028-01-31T10:00:00Z", "P1MT1H", "2028-03-02T11:00:00Z")]
    [InlineData("2028-02-29T10:00:00Z", "P1Y2D", "2029-03-03T10:00:00Z")]
    [InlineData("2030-01-31T10:00:00Z", "2030-02-01T00:00:00+02:00", "2030-01-31T22:00:00Z")]
    public void A_moment_is_a_time_or_counted_as_Go_counts(string now, string text, string moment) =>
        Assert.Equal(Time(moment), Schedule.DueTime(text, Time(now)));

    [Theory]
    [InlineData("2562047h")]
    [InlineData("P999Y")]
    public void A_moment_beyond_the_calendar_is_its_end(string text)
    {
        Assert.Equal(DateTimeOffset.MaxValue, Schedule.DueTime(text, Time("9999-06-01T00:00:00Z")));
        Assert.Equal(DateTimeOffset.MaxValue, Schedule.OfTimer(text).Following(Time("9999-06-01T00:00:00Z"), default));
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
