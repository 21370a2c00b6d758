using Conformance.Apps;
using Conformance.Running;

namespace Conformance.General;

/// <summary>Values of daprd's flags: those that end the start, and those that count in any case.</summary>
public sealed class FlagTests
{
    [Theory]
    [InlineData("app-protocol", "carrier-pigeon", "app-protocol")]
    [InlineData("disable-init-endpoints", "config,nothing", "disable-init-endpoints")]
    [InlineData("app-health-probe-timeout", "6000", "probe")]
    public async Task A_value_that_daprd_refuses_ends_the_start(string flag, string value, string named)
    {
        var (code, output) = await TestedSidecar.RefusedAsync(new SidecarOptions { Flags = [$"--{flag}", value] });
        Assert.Equal(1, code);
        Assert.Contains(named, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_of_the_sidecar_that_is_also_the_apps_ends_the_start()
    {
        var port = Port.Free();
        var (http, _) = await TestedSidecar.RefusedAsync(new SidecarOptions { AppPort = port, HttpPort = port });
        var (grpc, _) = await TestedSidecar.RefusedAsync(new SidecarOptions { AppPort = port, GrpcPort = port });
        Assert.Equal((1, 1), (http, grpc));
    }

    [Fact]
    public async Task Protocols_and_endpoints_are_read_in_any_case()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                AppProtocol = "HTTP",
                Resources = [Yaml.Component("events", "pubsub.in-memory")],
                Flags = ["--disable-init-endpoints", "Config, SUBSCRIBE", "--scheduler-job-streams", "1"],
            }
        );
        await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hello").SucceedsAsync(200);
        await app.NextAsync("/hello");
        Assert.True(app.GotNothingMore("/dapr/config"));
        Assert.True(app.GotNothingMore("/dapr/subscribe"));
    }
}
