using Sidecar.Resources;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;

namespace Sidecar.Tests.Workflows;

/// <summary>The limits on concurrent work items at workers.</summary>
public sealed class LimitTests
{
    private static readonly Dictionary<string, int> None = [];

    [Fact]
    public async Task Workers_run_no_more_activities_at_once_than_the_limit()
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource<string?>()).ToList();
        var started = 0;
        var script = new Script()
            .Workflow("w", async flow => await flow.Activity("do"))
            .Activity("do", _ => gates[Interlocked.Increment(ref started) - 1].Task);
        await using var host = await EngineHost.RunAsync(script, options: Limited(new(null, 2, None, None)));
        foreach (var id in (string[])["a", "b", "c"])
        {
            await host.StartAsync("w", id);
        }

        await EngineHost.Until(() => started == 2 && host.Engine.ActiveActivities == 3, "two activities under way and one waiting");

        gates[0].SetResult("done");
        await EngineHost.Until(() => started == 3, "the third activity");
        gates[1].SetResult("done");
        gates[2].SetResult("done");
        foreach (var id in (string[])["a", "b", "c"])
        {
            Assert.Equal("done", (await host.EndOfAsync(id)).Output);
        }
    }

    [Fact]
    public async Task A_limit_for_one_activity_name_does_not_delay_others()
    {
        var gate = new TaskCompletionSource<string?>();
        var slow = 0;
        var script = new Script()
            .Workflow("w", async flow => await flow.Activity(flow.Input!))
            .Activity("slow", _ =>
            {
                Interlocked.Increment(ref slow);
                return gate.Task;
            })
            .Activity("quick", _ => "quick");
        await using var host = await EngineHost.RunAsync(
            script,
            options: Limited(new(null, null, None, new Dictionary<string, int> { ["slow"] = 1 }))
        );
        await host.StartAsync("w", "a", "slow");
        await host.StartAsync("w", "b", "slow");
        await EngineHost.Until(() => slow == 1 && host.Engine.ActiveActivities == 2, "one slow activity under way and one waiting");
        Assert.Equal("quick", await host.RunAsync("w", "c", "quick"));
        Assert.Equal(1, slow);

        gate.SetResult("slow");
        Assert.Equal("slow", (await host.EndOfAsync("a")).Output);
        Assert.Equal("slow", (await host.EndOfAsync("b")).Output);
    }

    [Fact]
    public async Task Turns_above_the_limit_wait_and_purging_a_waiting_instance_frees_no_slot()
    {
        var gate = new TaskCompletionSource();
        var script = new Script().Workflow("echo", flow => Task.FromResult(flow.Input));
        script.BeforeTurn = turn => turn.InstanceId == "a" ? gate.Task : Task.CompletedTask;
        await using var host = await EngineHost.RunAsync(script, options: Limited(new(1, null, None, None)));
        await host.StartAsync("echo", "a", "x");
        await EngineHost.Until(() => script.Turns.Count == 1, "the first turn");
        await host.StartAsync("echo", "b", "y");
        await host.StartAsync("echo", "c", "z");
        Assert.Null((await host.Engine.PurgeAsync("b", recursive: false, force: true)).Refusal);
        Assert.Single(script.Turns);

        gate.SetResult();
        Assert.Equal("x", (await host.EndOfAsync("a")).Output);
        Assert.Equal("z", (await host.EndOfAsync("c")).Output);
        Assert.Equal(["a", "c"], script.Turns.Select(turn => turn.InstanceId));
    }

    private static WorkflowEngineOptions Limited(ConcurrencyLimits limits) => new() { SaveGrace = TimeSpan.Zero, Limits = limits };
}
