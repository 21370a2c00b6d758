using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class EventTests
{
    private static Script Listening() => new Script().Workflow("listen", async flow =>
        {
            await flow.Event("begin");
            return await flow.Event("a") + await flow.Event("A") + await flow.Event("a");
        });

    [Fact]
    public async Task Events_raised_before_the_workflow_waits_are_stored_in_order()
    {
        await using var host = await EngineHost.RunAsync(Listening());
        await host.StartAsync("listen", "l");
        foreach (var n in new[] { "1", "2", "3" })
        {
            Assert.Null(await host.Engine.RaiseEventAsync("l", "a", n));
        }

        Assert.Null(await host.Engine.RaiseEventAsync("l", "begin", null));

        Assert.Equal("123", (await host.EndOfAsync("l")).Output);
    }

    [Fact]
    public async Task Events_raised_without_a_worker_survive_a_restart()
    {
        var store = new MemoryStore();
        await using (var host = new EngineHost(store))
        {
            await host.StartAsync("listen", "l");
            foreach (var n in new[] { "1", "2", "3" })
            {
                Assert.Null(await host.Engine.RaiseEventAsync("l", "a", n));
            }
        }

        await using var again = await EngineHost.RunAsync(Listening(), store);
        Assert.Null(await again.Engine.RaiseEventAsync("l", "begin", null));

        Assert.Equal("123", (await again.EndOfAsync("l")).Output);
    }

    [Fact]
    public async Task All_events_of_a_burst_are_received_exactly_once()
    {
        var script = new Script().Workflow("count", async flow =>
        {
            var seen = new List<string?>();
            for (var i = 0; i < 200; i++)
            {
                seen.Add(await flow.Event("tick"));
            }

            return $"{seen.Distinct().Count()}";
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("count", "c");

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => host.Engine.RaiseEventAsync("c", "tick", $"{i}")));

        Assert.Equal("200", (await host.EndOfAsync("c")).Output);
    }

    [Fact]
    public async Task A_workflow_sends_events_to_another_workflow()
    {
        var script = new Script()
            .Workflow("sender", flow =>
            {
                flow.Send("r", "news", "hello");
                return Task.FromResult<string?>(null);
            })
            .Workflow("receiver", async flow => await flow.Event("news"));
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("receiver", "r");
        await host.StatusAsync("r", OrchestrationStatus.Running);

        await host.RunAsync("sender", "s");

        Assert.Equal("hello", (await host.EndOfAsync("r")).Output);
        Assert.Contains("EventSent:0", await host.ListingAsync("s"));
    }

    [Fact]
    public async Task An_event_for_a_missing_instance_is_refused_and_one_for_a_finished_instance_is_ignored()
    {
        var script = new Script().Workflow("quick", _ => Task.FromResult<string?>("done"));
        await using var host = await EngineHost.RunAsync(script);
        await host.RunAsync("quick", "q");

        Assert.Equal(WorkflowRefusal.NotFound, await host.Engine.RaiseEventAsync("nobody", "e", null));
        Assert.Null(await host.Engine.RaiseEventAsync("q", "e", null));
    }

    [Fact]
    public async Task Many_events_of_many_senders_share_commits()
    {
        await using var host = new EngineHost();
        await host.StartAsync("listen", "l");
        var before = host.Store.CommitCount;
        var blocked = new TaskCompletionSource();
        var first = true;
        host.Store.FailBefore = _ =>
        {
            if (first)
            {
                first = false;
                blocked.Task.Wait();
            }

            return null;
        };

        var sent = 0;
        var all = Enumerable
            .Range(0, 100)
            .Select(i =>
                Task.Run(() =>
                {
                    var answer = host.Engine.RaiseEventAsync("l", "a", $"{i}");
                    Interlocked.Increment(ref sent);
                    return answer;
                })
            )
            .ToList();
        await EngineHost.Until(() => !first, "the first commit");
        await EngineHost.Until(() => Volatile.Read(ref sent) == 100, "all senders at the door");
        blocked.SetResult();
        await EngineHost.Within(Task.WhenAll(all), "the answers");

        Assert.InRange(host.Store.CommitCount - before, 1, 20);
    }
}
