using Sidecar.Apps;
using Sidecar.CommandLine;

namespace Sidecar.Tests.CommandLine;

public sealed class DaprdOptionsTests
{
    [Theory]
    [InlineData("", 9090)]
    [InlineData("--metrics-port 9091", 9091)]
    [InlineData("--enable-metrics=false", 0)]
    [InlineData("--enable-metrics=false --metrics-port 9091", 0)]
    public void Metrics_are_on_by_default(string commandLine, int port) => Assert.Equal(port, Read(commandLine).MetricsPort);

    [Fact]
    public void The_former_flag_for_resources_counts_only_without_the_current_one()
    {
        Assert.Equal([Path.GetFullPath("old")], Read("--components-path old").ResourcesPaths);
        Assert.Equal([Path.GetFullPath("a"), Path.GetFullPath("b")], Read("--components-path old --resources-path a,b").ResourcesPaths);
    }

    [Theory]
    [InlineData("", 4 << 20)]
    [InlineData("--max-body-size 8Mi", 8 << 20)]
    [InlineData("--max-body-size -1", 4 << 20)]
    [InlineData("--dapr-http-max-request-size 2", 2 << 20)]
    [InlineData("--dapr-http-max-request-size -1", 4 << 20)]
    [InlineData("--dapr-http-max-request-size 2 --max-body-size 8Mi", 8 << 20)]
    public void A_negative_maximum_body_size_means_the_default(string commandLine, long bytes) =>
        Assert.Equal(bytes, Read(commandLine).MaxBodySize);

    [Theory]
    [InlineData("", 5)]
    [InlineData("--dapr-graceful-shutdown-seconds 7", 7)]
    [InlineData("--dapr-graceful-shutdown-seconds 0", 0)]
    [InlineData("--dapr-graceful-shutdown-seconds -1", 5)]
    public void A_graceful_shutdown_may_have_no_time(string commandLine, int seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Read(commandLine).GracefulShutdown);

    [Theory]
    [InlineData("--app-port 3500", "3500")]
    [InlineData("--app-port 50001", "50001")]
    [InlineData("--disable-init-endpoints config,Nothing", "nothing")]
    [InlineData("--app-health-probe-timeout 1001 --app-health-probe-interval 1", "health probe")]
    public void Options_that_daprd_refuses_have_a_problem(string commandLine, string named) =>
        Assert.Contains(named, Read(commandLine).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData("--disable-init-endpoints Config,,subscribe")]
    [InlineData("--app-health-probe-timeout 1000 --app-health-probe-interval 1")]
    public void Other_options_have_none(string commandLine) => Assert.Null(Read(commandLine).Problem);

    [Fact]
    public void Flags_without_effect_are_named_and_unknown_ones_refused()
    {
        Assert.Equal(["scheduler-job-streams"], DaprdFlags.Parse(["--scheduler-job-streams", "2", "--app-id", "app"]).Ignored);
        Assert.Equal("unknown flag: --colour", Assert.Throws<FormatException>(() => DaprdFlags.Parse(["--colour", "blue"])).Message);
    }

    private static AppOptions Read(string commandLine) =>
        DaprdOptions.Read(DaprdFlags.Parse(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries)), "app", "http");
}
