using Conformance.Apps;
using Conformance.Running;

namespace Conformance.General;

/// <summary>The count of failed health probes, and the check in the metadata.</summary>
public sealed class AppHealthTests
{
    [Fact]
    public async Task The_metadata_show_the_health_check_over_both_protocols()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Flags =
                [
                    "--enable-app-health-check",
                    "--app-health-check-path=/well",
                    "--app-health-probe-interval=60",
                    "--app-health-probe-timeout=1000",
                    "--app-health-threshold=2",
                ],
            }
        );
        using var answer = await sidecar.Http.GetAsync("/v1.0/metadata");
        Assert.Equal(
            """{"healthCheckPath":"/well","healthProbeInterval":"1m0s","healthProbeTimeout":"1s","healthThreshold":2}""",
            (await answer.JsonAsync()).GetProperty("appConnectionProperties").GetProperty("health").GetRawText()
        );
        var health = (await sidecar.Grpc.GetMetadataAsync(new())).AppConnectionProperties.Health;
        Assert.Equal(
            ("/well", "1m0s", "1s", 2),
            (health.HealthCheckPath, health.HealthProbeInterval, health.HealthProbeTimeout, health.HealthThreshold)
        );
    }

    /// <summary>Every other probe fails, so there are never three failures in a row.</summary>
    [Fact]
    public async Task Failed_probes_count_although_others_succeed_between_them()
    {
        await using var app = await HttpApp.StartAsync();
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Flags =
                [
                    "--enable-app-health-check",
                    "--app-health-probe-interval=1",
                    "--app-health-probe-timeout=1000",
                    "--app-health-threshold=3",
                ],
            }
        );
        await Eventually.UntilAsync(IsCalledAsync, "the app was not found to be healthy");
        var probes = 0;
        app.Answers("/healthz", (_, context) =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref probes) % 2 == 0 ? 200 : 503;
            return Task.CompletedTask;
        });
        await Eventually.UntilAsync(async () => !await IsCalledAsync(), "the app stayed healthy");
        app.Answers("/healthz", 200);
        await Eventually.UntilAsync(IsCalledAsync, "the app did not become healthy again");

        async Task<bool> IsCalledAsync()
        {
            using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/called");
            return answer.IsSuccessStatusCode;
        }
    }
}
