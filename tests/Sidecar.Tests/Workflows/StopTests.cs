using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;

namespace Sidecar.Tests.Workflows;

public sealed class StopTests
{
    [Fact]
    public async Task Senders_that_wait_when_the_engine_stops_get_unavailable()
    {
        var options = new WorkflowEngineOptions { SaveGrace = TimeSpan.FromHours(1) };
        var host = new EngineHost(options: options);
        await host.Engine.StartAsync(default);
        // No worker: the start waits for its step, and no clock ends the grace.
        var starting = host.TryStartAsync("w", "w");
        await EngineHost.Until(() => host.Engine.Runtime.Queue.Waiting == 1, "the turn waiting for a worker");

        await host.DisposeAsync();

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, (await starting)!.Status);
        Assert.Empty(host.Store.Keys);
    }

    [Fact]
    public async Task A_stopped_engine_refuses_new_work()
    {
        var host = new EngineHost();
        await host.Engine.StartAsync(default);
        await host.DisposeAsync();

        Assert.Equal(Grpc.Core.StatusCode.Unavailable, (await host.TryStartAsync("w", "w"))!.Status);
    }
}
