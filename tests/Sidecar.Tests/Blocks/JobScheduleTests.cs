using Sidecar.Go;
using Sidecar.Jobs;
using Sidecar.Metrics;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class JobScheduleTests
{
    private static readonly DateTimeOffset Now = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("@every 90s", "2030-01-01T12:01:30Z")]
    [InlineData("@daily", "2030-01-02T00:00:00Z")]
    [InlineData("0 30 9 * * *", "2030-01-02T09:30:00Z")]
    [InlineData("CRON_TZ=Asia/Tokyo 0 30 9 * * *", "2030-01-02T00:30:00Z")]
    [InlineData("TZ=Asia/Tokyo @daily", "2030-01-01T15:00:00Z")]
    // 2030-01-07 is the first Monday: a day of the month or of the week is enough, unless one of them is any.
    [InlineData("0 0 9 15 * MON", "2030-01-07T09:00:00Z")]
    [InlineData("0 0 9 */2 * MON", "2030-01-03T09:00:00Z")]
    [InlineData("0 0 9 ? * mon", "2030-01-07T09:00:00Z")]
    [InlineData("0 0 9 15 * *", "2030-01-15T09:00:00Z")]
    [InlineData("5/20,50 * * * * *", "2030-01-01T12:00:05Z")]
    [InlineData("0 0 0 1 feb-mar 0-6", "2030-02-01T00:00:00Z")]
    public void A_schedule_returns_its_first_due_time(string text, string first) =>
        Assert.Equal(
            DateTimeOffset.Parse(first, System.Globalization.CultureInfo.InvariantCulture),
            JobSchedule.Parse(text).First(null, Now)
        );

    [Fact]
    public void An_explicit_due_time_precedes_the_schedule() => Assert.Equal(Now, JobSchedule.Parse("@every 1m").First("0s", Now));

    [Fact]
    public void Missed_times_of_a_schedule_are_made_up_for() =>
        Assert.Equal(Now.AddSeconds(10), JobSchedule.Parse("@every 10s").After(Now, Now.AddSeconds(65)));

    [Theory]
    [InlineData("* * * * *", "expected exactly 6 fields, found 5: [* * * * *]")]
    [InlineData("CRON_TZ=Not/AZone 0 0 9 * * *", "provided bad location Not/AZone: unknown time zone Not/AZone")]
    [InlineData("@every soon", "failed to parse duration @every soon: time: invalid duration \"soon\"")]
    [InlineData("@every 5", "failed to parse duration @every 5: time: missing unit in duration \"5\"")]
    [InlineData("@sometimes", "unrecognized descriptor: @sometimes")]
    [InlineData("* * * * * 7", "end of range (7) above maximum (6): 7")]
    [InlineData("* * * 0 * *", "beginning of range (0) below minimum (1): 0")]
    [InlineData("* * 22-2 * * *", "beginning of range (22) beyond end of range (2): 22-2")]
    [InlineData("*/0 * * * * *", "step of range should be a positive number: */0")]
    [InlineData("1-2-3 * * * * *", "too many hyphens: 1-2-3")]
    [InlineData("1/2/3 * * * * *", "too many slashes: 1/2/3")]
    [InlineData("* * * L * *", "failed to parse int from L: strconv.Atoi: parsing \"L\": invalid syntax")]
    public void An_invalid_schedule_is_refused_with_the_schedulers_words(string text, string problem) =>
        Assert.Equal($"job failed validation: {problem}", Assert.Throws<FormatException>(() => JobSchedule.Parse(text)).Message);

    [Theory]
    [InlineData(180_000, "3m0s")]
    [InlineData(1_500, "1.5s")]
    [InlineData(300, "300ms")]
    [InlineData(3_600_000, "1h0m0s")]
    [InlineData(0, "0s")]
    public void Durations_are_written_as_Go_writes_them(int milliseconds, string text) =>
        Assert.Equal(text, GoDuration.Text(TimeSpan.FromMilliseconds(milliseconds)));

    [Theory]
    [InlineData("/v1.0/state/store/key", "/v1.0/state/store")]
    [InlineData("/v1.0/actors/Type/7/method/go", "/v1.0/actors/Type/{id}/method")]
    [InlineData("/v1.0/workflows/dapr/7", "/v1.0/workflows/dapr/{instanceId}")]
    [InlineData("/v1.0/workflows/dapr/7/raiseEvent/x", "/v1.0/workflows/dapr/{instanceId}/raiseEvent/{eventName}")]
    [InlineData("/v1.0/invoke/app/method/a/b/c", "/v1.0/invoke/app/method/a/b/c")]
    public void Metrics_leave_keys_and_ids_out_of_paths(string path, string label) =>
        Assert.Equal(label, HttpPathLabel.Of(path, MetricsOptions.Default));

    [Theory]
    [InlineData("v1.0/state/x", false)]
    [InlineData("v1.0/metadata", true)]
    [InlineData("v1.0-alpha1/state/x/query", true)]
    [InlineData("v1.0/healthz", true)]
    public void A_denied_API_is_matched_by_the_name_of_its_group(string path, bool offered) =>
        Assert.Equal(offered, new ApiAccess([], [new ApiRule("state", "v1", "http")]).OffersHttp(path));
}
