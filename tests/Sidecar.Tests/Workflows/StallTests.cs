using Grpc.Core;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class StallTests
{
    private static Script Version(int version) => new Script().Workflow("w", async flow =>
        {
            if (version > 1 && flow.Input == "v1")
            {
                flow.VersionNotAvailable();
                return await new TaskCompletionSource<string?>().Task;
            }

            return await flow.Event("go");
        });

    private static async Task<EngineHost> StalledAsync(MemoryStore store)
    {
        await using (var first = await EngineHost.RunAsync(Version(1), store))
        {
            await first.StartAsync("w", "w", "v1");
            await first.StatusAsync("w", OrchestrationStatus.Running);
        }

        var host = await EngineHost.RunAsync(Version(2), store);
        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "kept"));
        await host.StatusAsync("w", OrchestrationStatus.Stalled);
        return host;
    }

    [Fact]
    public async Task A_version_that_is_not_available_stalls_the_instance_and_keeps_its_events()
    {
        var store = new MemoryStore();
        await using (var host = await StalledAsync(store))
        {
            var last = (await host.HistoryAsync("w"))[^1].ExecutionStalled;
            Assert.Equal(StalledReason.VersionNotAvailable, last.Reason);
            Assert.StartsWith("Version not available: ", last.Description);
        }

        await using var recovered = await EngineHost.RunAsync(Version(1), store);
        Assert.Equal("kept", (await recovered.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task A_stalled_instance_refuses_events_and_is_purged_by_force_only()
    {
        await using var host = await StalledAsync(new MemoryStore());

        Assert.Equal(WorkflowRefusal.Stalled("w"), await host.Engine.RaiseEventAsync("w", "x", null));
        Assert.Equal(WorkflowRefusal.Stalled("w"), (await host.Engine.PurgeAsync("w", recursive: false, force: false)).Refusal);
        Assert.Equal(WorkflowRefusal.NotCompleted, (await host.Engine.PurgeAsync("w", recursive: true, force: false)).Refusal);
        Assert.Equal((1, null), await host.Engine.PurgeAsync("w", true, force: true));
        Assert.DoesNotContain(host.Store.Keys, k => k.Contains("||w"));
    }

    [Fact]
    public async Task A_stalled_instance_can_be_terminated_but_neither_suspended_nor_resumed()
    {
        await using var host = await StalledAsync(new MemoryStore());

        Assert.Equal(WorkflowRefusal.Stalled("w"), await host.Engine.SuspendAsync("w", null));
        Assert.Equal(WorkflowRefusal.Stalled("w"), await host.Engine.ResumeAsync("w", null));
        Assert.Equal(OrchestrationStatus.Stalled, (await host.Engine.GetAsync("w", default))!.WorkflowStatus);
        Assert.Null(await host.Engine.TerminateAsync("w", "enough", true));

        Assert.Equal("enough", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task A_worker_without_the_missing_version_adds_no_second_stall_to_the_history()
    {
        await using var host = await StalledAsync(new MemoryStore());
        var turns = host.Script.Turns.Count;

        host.Connect();
        await EngineHost.Until(() => host.Script.Turns.Count > turns, "another try");
        await host.StatusAsync("w", OrchestrationStatus.Stalled);

        Assert.Single(await host.HistoryAsync("w"), e => e.ExecutionStalled is not null);
    }

    [Fact]
    public async Task Patches_in_another_order_stall_the_instance()
    {
        var patches = new List<string> { "a", "b" };
        var script = new Script().Workflow("w", async flow =>
        {
            flow.Patches.AddRange(patches);
            return await flow.Event("go");
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("w", "w");
        await host.StatusAsync("w", OrchestrationStatus.Running);

        patches.Reverse();
        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "done"));
        await host.StatusAsync("w", OrchestrationStatus.Stalled);
        Assert.Equal(
            "Patch mismatch. History patches: [a, b], current patches: [b, a]. ",
            (await host.HistoryAsync("w"))[^1].ExecutionStalled.Description
        );

        patches.Reverse();
        patches.Add("c");
        host.Connect();
        Assert.Equal("done", (await host.EndOfAsync("w")).Output);
        Assert.Equal(["a", "b", "c"], (await host.HistoryAsync("w")).SelectMany(e => e.WorkflowStarted?.Version?.Patches ?? []));
    }

    [Fact]
    public async Task Pitfall_an_instance_above_the_message_limit_stalls_alone_and_continues_when_the_limit_is_raised()
    {
        var store = new MemoryStore();
        var script = new Script()
            .Workflow("grow", async flow =>
            {
                for (var i = 0; i < 4; i++)
                {
                    await flow.Activity("chunk");
                }

                return "grown";
            })
            .Workflow("small", flow => Task.FromResult<string?>("fine"))
            .Activity("chunk", _ => new string('x', 250 * 1024));
        await using (
            var host = await EngineHost.RunAsync(script, store, new WorkflowEngineOptions(1024 * 1024) { SaveGrace = TimeSpan.Zero })
        )
        {
            await host.StartAsync("grow", "g");
            await host.StatusAsync("g", OrchestrationStatus.Stalled);
            var stalled = (await host.HistoryAsync("g"))[^1].ExecutionStalled;
            Assert.Equal(StalledReason.PayloadSizeExceeded, stalled.Reason);
            Assert.Contains("exceeds", stalled.Description);
            Assert.Equal("fine", await host.RunAsync("small", "s"));
        }

        await using var raised = await EngineHost.RunAsync(
            script,
            store,
            new WorkflowEngineOptions(16 * 1024 * 1024) { SaveGrace = TimeSpan.Zero }
        );
        Assert.Equal("grown", (await raised.EndOfAsync("g")).Output);
    }

    [Fact]
    public async Task An_activity_above_the_message_limit_stalls_its_workflow()
    {
        var script = new Script().Workflow("w", async flow => await flow.Activity("big", new string('x', 2000))).Activity("big", _ => "ok");
        await using var host = await EngineHost.RunAsync(script, options: new WorkflowEngineOptions(1500) { SaveGrace = TimeSpan.Zero });
        await host.StartAsync("w", "w");

        await host.StatusAsync("w", OrchestrationStatus.Stalled);

        Assert.StartsWith("activity 'big::0' payload", (await host.HistoryAsync("w"))[^1].ExecutionStalled.Description);
        Assert.Empty(script.Executed);
    }

    [Fact]
    public async Task A_work_item_too_large_for_the_stream_stalls_its_instance_and_the_stream_continues()
    {
        var script = new Script().Workflow("w", flow => Task.FromResult(flow.Input));
        script.Deliver = item =>
        {
            if (item.WorkflowRequest?.InstanceId == "large")
            {
                throw new RpcException(new Status(StatusCode.ResourceExhausted, "too large"));
            }
        };
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("w", "large");

        await host.StatusAsync("large", OrchestrationStatus.Stalled);

        Assert.Equal("x", await host.RunAsync("w", "other", "x"));
        Assert.Equal(1, host.Engine.Workers);
    }
}
