using Conformance.Running;

namespace Conformance.General;

/// <summary>The embedded sidecar runs an app id once among the single sidecars of a user; daprd runs any number of instances.</summary>
public sealed class SingleInstanceTests
{
    [SkippableFact]
    public async Task Second_sidecar_of_an_app_id_is_refused_until_the_first_is_killed()
    {
        Skip.If(TestedSidecar.IsDaprd, "daprd runs several instances of an app id");
        var options = new SidecarOptions { OwnProcess = true, AppId = $"single-{Guid.NewGuid():N}" };
        await using (var running = await TestedSidecar.StartAsync(options))
        {
            var (code, output) = await TestedSidecar.RefusedAsync(options);
            Assert.Equal(1, code);
            Assert.Contains(
                $"app id '{options.AppId}' is already running in process {running.ProcessId}",
                output,
                StringComparison.Ordinal
            );
            Assert.Contains("Several instances of an app are what Dapr on Kubernetes is for", output, StringComparison.Ordinal);
            await running.Http.GetAsync("/v1.0/healthz").SucceedsAsync();
        } // killed, as by kill -9
        await using var next = await TestedSidecar.StartAsync(options);
    }
}
