using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class ChildTests
{
    [Fact]
    public async Task A_child_has_an_id_derived_from_its_parents_and_a_reference_to_it()
    {
        var script = new Script()
            .Workflow("parent", async flow => await flow.Child("child", "in"))
            .Workflow("child", flow => Task.FromResult<string?>(flow.Input + " out"));
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal("in out", await host.RunAsync("parent", "p"));

        var child = await host.EndOfAsync("p:0000");
        Assert.Equal("p", child.ParentInstanceId);
        Assert.Equal("app", child.ParentAppId);
        Assert.Equal(
            "OrchestratorStarted:-1, ExecutionStarted:-1, ChildWorkflowInstanceCreated:0, OrchestratorStarted:-1, "
                + "ChildWorkflowInstanceCompleted:-1, ExecutionCompleted:1",
            await host.ListingAsync("p")
        );
    }

    [Fact]
    public async Task A_childs_failure_reaches_the_parent_with_its_details()
    {
        var script = new Script()
            .Workflow("parent", async flow =>
            {
                try
                {
                    return await flow.Child("child");
                }
                catch (TaskFailed failure)
                {
                    return failure.Details!.ErrorType;
                }
            })
            .Workflow("child", _ => Task.FromException<string?>(new TaskFailed(new() { ErrorType = "Broken", ErrorMessage = "x" })));
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal("Broken", await host.RunAsync("parent", "p"));
    }

    [Fact]
    public async Task Pitfall_a_parent_whose_child_id_is_in_use_gets_a_failure_instead_of_hanging()
    {
        var script = new Script()
            .Workflow("occupant", async flow => await flow.Event("end"))
            .Workflow("parent", async flow => await flow.Child("occupant", id: "taken"));
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("occupant", "taken");
        await host.StatusAsync("taken", OrchestrationStatus.Running);
        await host.StartAsync("parent", "p");

        var end = await host.EndOfAsync("p");

        Assert.Equal(OrchestrationStatus.Failed, end.WorkflowStatus);
        Assert.Equal("WorkflowInstanceAlreadyExists", end.FailureDetails.ErrorType);
        Assert.Contains("already exists", end.FailureDetails.ErrorMessage);
        Assert.Equal(OrchestrationStatus.Running, (await host.Engine.GetAsync("taken", default))!.WorkflowStatus);
    }

    [Fact]
    public async Task A_child_may_reuse_the_id_of_a_finished_instance()
    {
        var script = new Script()
            .Workflow("quick", flow => Task.FromResult(flow.Input))
            .Workflow("parent", async flow => await flow.Child("quick", "new", id: "used"));
        await using var host = await EngineHost.RunAsync(script);
        await host.RunAsync("quick", "used", "old");

        Assert.Equal("new", await host.RunAsync("parent", "p"));
        Assert.Equal("new", (await host.EndOfAsync("used")).Output);
    }

    [Fact]
    public async Task Pitfall_a_child_that_completes_across_continue_as_new_neither_hangs_nor_settles_another_operation()
    {
        var release = new TaskCompletionSource();
        var script = new Script()
            .Workflow("parent", async flow =>
            {
                if (flow.Input == "first")
                {
                    _ = flow.Child("slow", id: "slow");
                    await flow.Event("again");
                    return flow.ContinueAsNew("second");
                }

                // The same event id as the child of the generation before.
                return await flow.Child("own", id: "own");
            })
            .Workflow("slow", async flow => await flow.Activity("wait"))
            .Workflow("own", async flow => await flow.Event("finish"))
            .Activity("wait", async _ =>
            {
                await release.Task;
                return "of the first generation";
            });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("parent", "p", "first");
        await EngineHost.Until(() => script.Executed.Count == 1, "the slow child's activity");
        Assert.Null(await host.Engine.RaiseEventAsync("p", "again", null));
        await host.StatusAsync("own", OrchestrationStatus.Running);

        release.SetResult();
        await host.EndOfAsync("slow");
        Assert.Null(await host.Engine.RaiseEventAsync("own", "finish", "of the second"));

        Assert.Equal("of the second", (await host.EndOfAsync("p")).Output);
    }

    [Fact]
    public async Task A_finished_child_that_its_parent_starts_again_does_not_run_twice()
    {
        var script = new Script()
            .Workflow("parent", async flow => await flow.Child("child", id: "c") + await flow.Event("end"))
            .Workflow("child", async flow => await flow.Activity("once"))
            .Activity("once", (string? _) => "done");
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("parent", "p");
        await host.EndOfAsync("c");
        var start = (await host.HistoryAsync("c")).First(e => e.ExecutionStarted is not null);

        Assert.Null(await host.Engine.DeliverAsync(new OutgoingMessage("c", null, start.Clone())));
        Assert.Null(await host.Engine.RaiseEventAsync("p", "end", "!"));

        Assert.Equal("done!", (await host.EndOfAsync("p")).Output);
        Assert.Single(script.Executed);
    }

    [Fact]
    public async Task A_message_already_read_from_the_store_is_received_once()
    {
        var reads = 0;
        var store = new MemoryStore();
        var options = new WorkflowEngineOptions
        {
            SaveGrace = TimeSpan.Zero,
            FirstRetry = TimeSpan.FromMilliseconds(1),
            LongestRetry = TimeSpan.FromMilliseconds(2),
        };
        var script = new Script()
            .Workflow("receiver", async flow => await flow.Event("n") + await flow.Event("n") + await flow.Event("n"))
            .Workflow("sender", flow =>
            {
                flow.Send("r", "n", flow.Input);
                return Task.FromResult<string?>(null);
            });
        // Every commit is reported as failed after it was written, so that receivers are read again all the time.
        store.FailAfter = _ =>
            Interlocked.Increment(ref reads) % 2 == 0 ? new(Sidecar.State.StateFailureKind.Unavailable, "", "away") : null;
        await using var host = await EngineHost.RunAsync(script, store, options, TimeProvider.System);
        await host.StartAsync("receiver", "r");

        foreach (var n in new[] { "1", "2", "3" })
        {
            await host.RunAsync("sender", $"s{n}", n);
        }

        Assert.Equal("123", (await host.EndOfAsync("r")).Output);
    }

    [Fact]
    public async Task A_detached_workflow_continues_after_its_caller_has_ended()
    {
        var script = new Script()
            .Workflow("caller", flow =>
            {
                flow.Detach("free", "free-1", "in");
                return Task.FromResult<string?>("gone");
            })
            .Workflow("free", flow => Task.FromResult(flow.Input));
        await using var host = await EngineHost.RunAsync(script);

        await host.RunAsync("caller", "c");
        var free = await host.EndOfAsync("free-1");

        Assert.Equal("in", free.Output);
        Assert.Null(free.ParentInstanceId);
        Assert.Contains("DetachedWorkflowInstanceCreated:0", await host.ListingAsync("c"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public async Task Children_may_have_children(int depth)
    {
        var script = new Script().Workflow("nest", async flow =>
            flow.Input == "0" ? "." : "(" + await flow.Child("nest", $"{int.Parse(flow.Input!) - 1}") + ")"
        );
        await using var host = await EngineHost.RunAsync(script);

        Assert.Equal(new string('(', depth) + "." + new string(')', depth), await host.RunAsync("nest", "n", $"{depth}"));
    }
}
