using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>Termination, suspension, continue-as-new.</summary>
public sealed class ControlTests
{
    private static Script Waiting() =>
        new Script()
            .Workflow("wait", async flow => await flow.Event("go"))
            .Workflow("family", async flow => await flow.Child("wait", id: flow.InstanceId + "-child"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pitfall_a_terminated_workflow_ends_whether_or_not_a_worker_is_there(bool connected)
    {
        await using var host = new EngineHost(script: Waiting());
        if (connected)
        {
            host.Connect();
        }

        await host.StartAsync("wait", "w");

        Assert.Null(await host.Engine.TerminateAsync("w", "enough", recursive: true));
        var end = await host.EndOfAsync("w");

        Assert.Equal(OrchestrationStatus.Terminated, end.WorkflowStatus);
        Assert.Equal("enough", end.Output);
    }

    [Fact]
    public async Task Termination_overtakes_a_turn_whose_worker_never_answers()
    {
        var script = Waiting();
        script.BeforeTurn = _ => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("wait", "w");
        await EngineHost.Until(() => script.Turns.Count == 1, "the turn at the worker");

        Assert.Null(await host.Engine.TerminateAsync("w", null, recursive: false));

        Assert.Equal(OrchestrationStatus.Terminated, (await host.EndOfAsync("w")).WorkflowStatus);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Termination_reaches_children_only_when_recursive(bool recursive)
    {
        var child = recursive ? OrchestrationStatus.Terminated : OrchestrationStatus.Running;
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("family", "f");
        await host.StatusAsync("f-child", OrchestrationStatus.Running);

        Assert.Null(await host.Engine.TerminateAsync("f", null, recursive));
        await host.EndOfAsync("f");

        Assert.Equal(child, (await host.StatusAsync("f-child", child)).WorkflowStatus);
    }

    [Fact]
    public async Task The_parent_of_a_terminated_child_gets_a_failure()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("family", "f");
        await host.StatusAsync("f-child", OrchestrationStatus.Running);

        Assert.Null(await host.Engine.TerminateAsync("f-child", null, recursive: false));

        Assert.Equal(OrchestrationStatus.Failed, (await host.EndOfAsync("f")).WorkflowStatus);
    }

    [Fact]
    public async Task Results_for_a_terminated_workflow_are_accepted_and_dropped()
    {
        var release = new TaskCompletionSource();
        var script = new Script()
            .Workflow("w", async flow => await flow.Activity("slow"))
            .Activity("slow", async _ =>
            {
                await release.Task;
                return "late";
            });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => script.Executed.Count == 1, "the activity");
        Assert.Null(await host.Engine.TerminateAsync("w", null, recursive: true));
        await host.EndOfAsync("w");
        var listing = await host.ListingAsync("w");

        release.SetResult();
        await host.RunAsync("w", "other");

        Assert.Equal(listing, await host.ListingAsync("w"));
    }

    [Fact]
    public async Task A_suspended_workflow_stores_events_and_consumes_none()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w");
        await host.StatusAsync("w", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.SuspendAsync("w", "hold on"));
        await host.StatusAsync("w", OrchestrationStatus.Suspended);

        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "now"));
        Assert.Equal(OrchestrationStatus.Suspended, (await host.Engine.GetAsync("w", default))!.WorkflowStatus);
        Assert.Null(await host.Engine.ResumeAsync("w", "go on"));

        Assert.Equal("now", (await host.EndOfAsync("w")).Output);
        Assert.Equal(
            "OrchestratorStarted:-1, ExecutionStarted:-1, OrchestratorStarted:-1, ExecutionSuspended:-1, "
                + "OrchestratorStarted:-1, ExecutionResumed:-1, EventRaised:-1, ExecutionCompleted:0",
            await host.ListingAsync("w")
        );
    }

    [Fact]
    public async Task A_workflow_suspended_twice_continues_after_one_resumption()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w");
        await host.StatusAsync("w", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.SuspendAsync("w", null));
        await host.StatusAsync("w", OrchestrationStatus.Suspended);
        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "now"));
        Assert.Null(await host.Engine.SuspendAsync("w", null));

        Assert.Null(await host.Engine.ResumeAsync("w", null));

        Assert.Equal("now", (await host.EndOfAsync("w")).Output);
        Assert.Equal(
            "OrchestratorStarted:-1, ExecutionStarted:-1, OrchestratorStarted:-1, ExecutionSuspended:-1, OrchestratorStarted:-1, "
                + "ExecutionSuspended:-1, ExecutionResumed:-1, EventRaised:-1, ExecutionCompleted:0",
            await host.ListingAsync("w")
        );
    }

    [Fact]
    public async Task A_suspension_survives_a_restart()
    {
        var store = new MemoryStore();
        await using (var host = await EngineHost.RunAsync(Waiting(), store))
        {
            await host.StartAsync("wait", "w");
            Assert.Null(await host.Engine.SuspendAsync("w", null));
            await host.StatusAsync("w", OrchestrationStatus.Suspended);
            Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "kept"));
        }

        await using var again = await EngineHost.RunAsync(Waiting(), store);
        Assert.Equal(OrchestrationStatus.Suspended, (await again.Engine.GetAsync("w", default))!.WorkflowStatus);
        Assert.Null(await again.Engine.ResumeAsync("w", null));

        Assert.Equal("kept", (await again.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task A_suspended_workflow_can_be_terminated()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w");
        Assert.Null(await host.Engine.SuspendAsync("w", null));
        await host.StatusAsync("w", OrchestrationStatus.Suspended);

        Assert.Null(await host.Engine.TerminateAsync("w", null, recursive: true));

        Assert.Equal(OrchestrationStatus.Terminated, (await host.EndOfAsync("w")).WorkflowStatus);
    }

    [Fact]
    public async Task Continue_as_new_starts_a_new_history_and_carries_unconsumed_events_over()
    {
        var script = new Script().Workflow("loop", async flow =>
        {
            var seen = flow.Input + await flow.Event("n");
            return seen.Length == 5 ? seen : flow.ContinueAsNew(seen);
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("loop", "l", "");
        foreach (var n in "12345")
        {
            Assert.Null(await host.Engine.RaiseEventAsync("l", "n", $"{n}"));
        }

        Assert.Equal("12345", (await host.EndOfAsync("l")).Output);
        var history = await host.HistoryAsync("l");
        Assert.Single(history, e => e.ExecutionStarted is not null);
        Assert.Equal("1234", history.First(e => e.ExecutionStarted is not null).ExecutionStarted.Input);
    }

    [Theory]
    [InlineData(50)]
    public async Task Each_generation_has_an_execution_id_of_its_own_and_the_store_keeps_one_history(int generations)
    {
        var script = new Script()
            .Workflow("loop", async flow =>
            {
                await flow.Activity("touch");
                return flow.Input == $"{generations}" ? "end" : flow.ContinueAsNew($"{int.Parse(flow.Input!) + 1}");
            })
            .Activity("touch", (string? _) => "");
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal("end", await host.RunAsync("loop", "l", "1"));

        Assert.Equal(generations, script.Turns.Select(t => t.ExecutionId).Distinct().Count());
        Assert.Equal(generations, script.Executed.Count);
        Assert.Equal((await host.HistoryAsync("l")).Count, host.Store.Keys.Count(k => k.Contains("||history-")));
    }

    [Fact]
    public async Task An_action_a_worker_should_not_send_fails_the_workflow_instead_of_repeating_for_ever()
    {
        var script = new Script().Workflow("w", flow =>
        {
            flow.Detach("x", id: "");
            return Task.FromResult<string?>(null);
        });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("w", "w");

        var end = await host.EndOfAsync("w");

        Assert.Equal("InvalidWorkflowAction", end.FailureDetails.ErrorType);
    }

    [Fact]
    public async Task A_workflow_with_a_start_time_waits_for_it()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w", at: host.Clock.GetUtcNow().AddHours(1));
        Assert.Equal(OrchestrationStatus.Pending, (await host.Engine.GetAsync("w", default))!.WorkflowStatus);

        host.Clock.Advance(TimeSpan.FromHours(1));

        await host.StatusAsync("w", OrchestrationStatus.Running);
    }

    [Fact]
    public async Task An_event_starts_a_workflow_before_its_start_time()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w", at: host.Clock.GetUtcNow().AddHours(1));

        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "early"));

        Assert.Equal("early", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task A_workflow_suspended_before_its_start_time_is_suspended_at_once()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w", at: host.Clock.GetUtcNow().AddHours(1));

        Assert.Null(await host.Engine.SuspendAsync("w", null));
        await host.StatusAsync("w", OrchestrationStatus.Suspended);
        Assert.Null(await host.Engine.ResumeAsync("w", null));

        await host.StatusAsync("w", OrchestrationStatus.Running);
    }

    [Fact]
    public async Task A_client_may_wait_for_an_instance_before_it_exists()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        var end = host.EndOfAsync("w");
        await host.StartAsync("wait", "w");
        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", "x"));

        Assert.Equal("x", (await end).Output);
    }
}
