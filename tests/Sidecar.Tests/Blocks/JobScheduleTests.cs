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
    public void A_schedule_returns_its_first_due_time(string text, string first) =>
        Assert.Equal(
            DateTimeOffset.Parse(first, System.Globalization.CultureInfo.InvariantCulture),
            JobSchedule.Parse(text, TimeZoneInfo.Utc).First(null, Now)
        );

    [Fact]
    public void An_explicit_due_time_precedes_the_schedule() =>
        Assert.Equal(Now, JobSchedule.Parse("@every 1m", TimeZoneInfo.Utc).First("0s", Now));

    [Fact]
    public void Missed_times_of_a_schedule_are_made_up_for() =>
        Assert.Equal(Now.AddSeconds(10), JobSchedule.Parse("@every 10s", TimeZoneInfo.Utc).After(Now, Now.AddSeconds(65)));

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("CRON_TZ=Not/AZone 0 0 9 * * *")]
    [InlineData("@every soon")]
    public void An_invalid_schedule_is_refused(string text) =>
        Assert.Throws<FormatException>(() => JobSchedule.Parse(text, TimeZoneInfo.Utc));

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
