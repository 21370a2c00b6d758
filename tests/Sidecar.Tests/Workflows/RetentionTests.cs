using Sidecar.Resources;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>The deletion of finished instances after their retention time.</summary>
public sealed class RetentionTests
{
    private static readonly Script Script = new Script()
        .Workflow("echo", flow => Task.FromResult(flow.Input))
        .Workflow("wait", flow => flow.Event("end"));

    [Fact]
    public async Task A_finished_instance_is_purged_after_its_retention_time()
    {
        await using var host = await EngineHost.RunAsync(Script, options: Kept(new(TimeSpan.FromHours(1), null, null, null)));
        await host.RunAsync("echo", "a", "x");
        host.Clock.Advance(TimeSpan.FromMinutes(59));
        Assert.NotNull(await host.Engine.GetAsync("a", CancellationToken.None));
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await EngineHost.Until(() => host.Store.Keys.Count == 0, "the purge, which leaves nothing");
    }

    [Fact]
    public async Task The_retention_time_of_a_status_wins_over_the_general_one()
    {
        await using var host = await EngineHost.RunAsync(Script, options: Kept(new(null, TimeSpan.FromHours(9), null, TimeSpan.Zero)));
        await host.RunAsync("echo", "a", "x");
        await host.StartAsync("wait", "b");
        await host.StatusAsync("b", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.TerminateAsync("b", null, recursive: false));
        await EngineHost.Until(
            () => !host.Store.Keys.Any(key => key.Contains("||b", StringComparison.Ordinal)),
            "the purge of the terminated one"
        );
        Assert.NotNull(await host.Engine.GetAsync("a", CancellationToken.None));
    }

    [Fact]
    public async Task A_scheduled_purge_survives_a_restart()
    {
        var store = new MemoryStore();
        var policy = Kept(new(TimeSpan.FromHours(1), null, null, null));
        await using (var before = await EngineHost.RunAsync(Script, store, policy))
        {
            await before.RunAsync("echo", "a", "x");
        }

        await using var after = await EngineHost.RunAsync(Script, store, policy);
        Assert.NotNull(await after.Engine.GetAsync("a", CancellationToken.None));
        after.Clock.Advance(TimeSpan.FromHours(1));
        await EngineHost.Until(() => store.Keys.Count == 0, "the purge after the restart");
    }

    [Fact]
    public async Task A_scheduled_purge_keeps_a_newer_instance_with_the_same_id()
    {
        await using var host = await EngineHost.RunAsync(Script, options: Kept(new(TimeSpan.FromHours(1), null, null, null)));
        await host.RunAsync("echo", "a", "x");
        await host.StartAsync("wait", "a");
        await host.RunAsync("echo", "b", "x");
        host.Clock.Advance(TimeSpan.FromHours(1));
        await EngineHost.Until(() => !host.Store.Keys.Any(key => key.EndsWith("||b", StringComparison.Ordinal)), "the purge of the other");
        Assert.Equal(OrchestrationStatus.Running, (await host.StatusAsync("a", OrchestrationStatus.Running)).WorkflowStatus);
        Assert.Null(await host.Engine.RaiseEventAsync("a", "end", "y"));
        Assert.Equal("y", (await host.EndOfAsync("a")).Output);
    }

    private static WorkflowEngineOptions Kept(RetentionPolicy policy) => new() { SaveGrace = TimeSpan.Zero, Retention = policy };
}
