using System.Collections.Concurrent;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class CrossAppTests
{
    private static readonly WorkflowEngineOptions Options = new()
    {
        SaveGrace = TimeSpan.Zero,
        FirstRetry = TimeSpan.FromMilliseconds(2),
        LongestRetry = TimeSpan.FromMilliseconds(10),
    };

    private static Script Home() =>
        new Script()
            .Workflow("calls", async flow => await flow.Activity("shout", "hey", app: "there"))
            .Workflow("asks", async flow => await flow.Child("answer", "q", id: "child", app: "there"));

    private static Script There() =>
        new Script()
            .Workflow("answer", async flow => await flow.Activity("shout", flow.Input) + await flow.Event("more"))
            .Activity("shout", input => input + "!");

    [Fact]
    public async Task An_activity_runs_in_the_app_it_names()
    {
        var apps = new Apps();
        await using var home = await apps.RunAsync("home", Home());
        await using var there = await apps.RunAsync("there", There());

        Assert.Equal("hey!", await home.RunAsync("calls", "c"));

        Assert.Single(there.Script.Executed);
        Assert.Empty(home.Script.Executed);
    }

    [Fact]
    public async Task A_child_runs_in_the_app_it_names_and_reports_back()
    {
        var apps = new Apps();
        await using var home = await apps.RunAsync("home", Home());
        await using var there = await apps.RunAsync("there", There());
        await home.StartAsync("asks", "a");
        await there.StatusAsync("child", OrchestrationStatus.Running);
        Assert.Null(await home.Engine.GetAsync("child", default));

        Assert.Null(await there.Engine.RaiseEventAsync("child", "more", "?"));

        Assert.Equal("q!?", (await home.EndOfAsync("a")).Output);
        await EngineHost.Until(() => !there.Store.Keys.Any(k => k.Contains("-owed||")), "the child's debt paid");
    }

    [Fact]
    public async Task Work_for_a_missing_app_waits_until_the_app_connects()
    {
        var apps = new Apps();
        await using var home = await apps.RunAsync("home", Home());
        await home.StartAsync("calls", "c");
        await home.StartAsync("asks", "a");
        await EngineHost.Until(() => home.Logs.Lines.Count(l => l.Id.Id == 4008) > 2, "attempts to reach the app");

        await using var there = await apps.RunAsync("there", There());
        await there.StatusAsync("child", OrchestrationStatus.Running);
        Assert.Null(await there.Engine.RaiseEventAsync("child", "more", "?"));

        Assert.Equal("hey!", (await home.EndOfAsync("c")).Output);
        Assert.Equal("q!?", (await home.EndOfAsync("a")).Output);
    }

    [Fact]
    public async Task A_restarted_app_gets_its_work_items_again()
    {
        var apps = new Apps();
        await using var home = await apps.RunAsync("home", Home());
        var stuck = new Script().Activity("shout", (ActivityRequest _) => new TaskCompletionSource<string?>().Task);
        var before = await apps.RunAsync("there", stuck);
        await home.StartAsync("calls", "c");
        await EngineHost.Until(() => stuck.Executed.Count == 1, "the activity in the other app");
        await before.DisposeAsync();

        await using var after = await apps.RunAsync("there", There());

        Assert.Equal("hey!", (await home.EndOfAsync("c")).Output);
    }

    [Fact]
    public async Task A_child_that_ended_while_its_parents_app_was_down_notifies_the_parent_after_both_restarted()
    {
        var apps = new Apps();
        var homeStore = new MemoryStore();
        var thereStore = new MemoryStore();
        await using (var home = await apps.RunAsync("home", Home(), homeStore))
        {
            await using var there = await apps.RunAsync("there", There(), thereStore);
            await home.StartAsync("asks", "a");
            await there.StatusAsync("child", OrchestrationStatus.Running);
            apps.Leave("home");
            await home.DisposeAsync();
            Assert.Null(await there.Engine.RaiseEventAsync("child", "more", "?"));
            await there.EndOfAsync("child");
        }

        Assert.Contains(thereStore.Keys, k => k.Contains("-owed||"));
        await using var homeAgain = await apps.RunAsync("home", Home(), homeStore);
        await using var thereAgain = await apps.RunAsync("there", There(), thereStore);

        Assert.Equal("q!?", (await homeAgain.EndOfAsync("a")).Output);
    }

    [Fact]
    public async Task Termination_and_purge_cross_to_the_other_app()
    {
        var apps = new Apps();
        await using var home = await apps.RunAsync("home", Home());
        await using var there = await apps.RunAsync("there", There());
        await home.StartAsync("asks", "a");
        await there.StatusAsync("child", OrchestrationStatus.Running);

        Assert.Null(await home.Engine.TerminateAsync("a", null, recursive: true));
        await home.EndOfAsync("a");
        Assert.Equal(OrchestrationStatus.Terminated, (await there.EndOfAsync("child")).WorkflowStatus);
        await EngineHost.Until(() => !home.Store.Keys.Concat(there.Store.Keys).Any(k => k.Contains("-owed||")), "all debts paid");

        Assert.Equal((2, null), await home.Engine.PurgeAsync("a", recursive: true, force: false));
        Assert.Empty(there.Store.Keys);
    }

    private sealed class Apps : IWorkflowPeers
    {
        private readonly ConcurrentDictionary<string, WorkflowEngine> engines = new();

        public WorkflowEngine? Find(string appId) => engines.GetValueOrDefault(appId);

        public void Leave(string appId) => engines.TryRemove(appId, out _);

        public async Task<EngineHost> RunAsync(string appId, Script script, MemoryStore? store = null)
        {
            var host = new EngineHost(store, script, Options, TimeProvider.System, appId, this);
            await host.Engine.StartAsync(default);
            host.Connect();
            engines[appId] = host.Engine;
            return host;
        }
    }
}
