using Grpc.Core;
using Sidecar.State;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows;
using Sidecar.Workflows.History;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

/// <summary>Reuse, purge, listing, rerun, and a store that fails.</summary>
public sealed class InstanceLifecycleTests
{
    private static Script Mixed() =>
        new Script()
            .Workflow("quick", flow => Task.FromResult(flow.Input))
            .Workflow("wait", async flow => await flow.Event("go"))
            .Workflow("parent", async flow => await flow.Child("wait", id: flow.InstanceId + "-child"))
            .Workflow("steps", async flow =>
                await flow.Activity("echo", "1") + await flow.Activity("echo", "2") + await flow.Activity("echo", "3")
            )
            .Activity("echo", input => input);

    [Fact]
    public async Task An_id_in_use_is_refused_and_a_finished_one_may_be_used_again()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.StartAsync("wait", "w");

        var refused = await host.TryStartAsync("wait", "w");
        Assert.Equal(StatusCode.AlreadyExists, refused!.Status);
        Assert.Equal("an active workflow with ID 'w' already exists", refused.Message);

        Assert.Null(await host.Engine.RaiseEventAsync("w", "go", null));
        await host.EndOfAsync("w");
        Assert.Equal("again", await host.RunAsync("quick", "w", "again"));
        Assert.Single(await host.HistoryAsync("w"), e => e.ExecutionStarted is not null);
    }

    [Fact]
    public async Task An_instance_under_a_used_id_is_in_the_store_once_it_has_ended()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        foreach (var input in (string[])["old", "new"])
        {
            Assert.Equal(input, await host.RunAsync("quick", "x", input));

            var stored = await host.Engine.GetAsync("x", default);
            Assert.Equal((OrchestrationStatus.Completed, input), (stored!.WorkflowStatus, stored.Output));
        }
    }

    [Fact]
    public async Task Of_many_concurrent_starts_with_one_id_exactly_one_succeeds()
    {
        await using var host = await EngineHost.RunAsync(Mixed());

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => host.TryStartAsync("wait", "w"))));

        Assert.Single(answers, a => a is null);
        Assert.Equal(49, answers.Count(a => a?.Status == StatusCode.AlreadyExists));
    }

    [Fact]
    public async Task A_client_refused_for_a_taken_id_can_read_the_instance()
    {
        var (reads, slow) = (0, new TaskCompletionSource());
        var store = new MemoryStore { BeforeRead = () => Interlocked.Increment(ref reads) == 1 ? slow.Task : Task.CompletedTask };
        await using var host = new EngineHost(store);

        var first = host.TryStartAsync("wait", "w"); // looks whether there was one before
        var second = TryStartAndFindAsync();
        slow.SetResult();

        Assert.Null(await first);
        var (refused, found) = await second;
        Assert.Equal(StatusCode.AlreadyExists, refused!.Status);
        Assert.Equal("wait", found!.Name);

        async Task<(WorkflowRefusal?, WorkflowState?)> TryStartAndFindAsync() =>
            (await host.TryStartAsync("wait", "w"), await host.Engine.GetAsync("w", CancellationToken.None));
    }

    [Fact]
    public async Task An_id_stays_taken_while_a_child_of_its_last_instance_runs()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.StartAsync("parent", "p");
        await host.StatusAsync("p-child", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.TerminateAsync("p", null, recursive: false));
        await host.EndOfAsync("p");

        var refused = await host.TryStartAsync("quick", "p");
        Assert.Equal(StatusCode.AlreadyExists, refused!.Status);
        Assert.Contains("cannot recreate workflow with ID 'p'", refused.Message);
        Assert.Contains("child workflow 'p-child'", refused.Message);

        Assert.Null(await host.Engine.RaiseEventAsync("p-child", "go", null));
        await host.EndOfAsync("p-child");
        Assert.Null(await host.TryStartAsync("quick", "p"));
    }

    [Fact]
    public async Task Recursive_purge_deletes_every_key_of_an_instance_and_its_children()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.StartAsync("parent", "p");
        await host.StatusAsync("p-child", OrchestrationStatus.Running);
        Assert.Equal(WorkflowRefusal.NotCompleted, (await host.Engine.PurgeAsync("p", recursive: true, force: false)).Refusal);
        Assert.Null(await host.Engine.RaiseEventAsync("p-child", "go", null));
        await host.EndOfAsync("p");

        Assert.Equal((2, null), await host.Engine.PurgeAsync("p", recursive: true, force: false));

        Assert.Empty(host.Store.Keys);
        var (_, missing) = await host.Engine.PurgeAsync("p", recursive: true, force: false);
        Assert.Equal("failed to fetch workflow state: no such instance exists", missing?.Message);
        Assert.True(missing?.IsNotFound);
    }

    [Fact]
    public async Task A_recursive_purge_does_not_find_an_instance_before_its_start_even_by_force()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.StartAsync("quick", "q", at: host.Clock.GetUtcNow().AddHours(1));

        Assert.Equal(WorkflowRefusal.NotFound, (await host.Engine.PurgeAsync("q", recursive: true, force: true)).Refusal);
        Assert.Equal(WorkflowRefusal.NotCompleted, (await host.Engine.PurgeAsync("q", recursive: false, force: false)).Refusal);
        Assert.Equal((1, null), await host.Engine.PurgeAsync("q", recursive: false, force: true));
        Assert.Empty(host.Store.Keys);
    }

    [Fact]
    public async Task Purge_of_one_id_keeps_instances_whose_ids_begin_with_it()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.RunAsync("quick", "a");
        await host.RunAsync("quick", "a||b|c@d");

        Assert.Equal((1, null), await host.Engine.PurgeAsync("a", recursive: true, force: false));

        Assert.Null(await host.Engine.GetAsync("a", default));
        Assert.NotNull(await host.Engine.GetAsync("a||b|c@d", default));
    }

    [Fact]
    public async Task Listing_pages_through_all_ids_once()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        var ids = Enumerable.Range(0, 25).Select(i => $"i{i:00}").ToList();
        foreach (var id in ids)
        {
            await host.RunAsync("quick", id);
        }

        var found = new List<string>();
        string? continuation = null;
        do
        {
            var (page, next) = await host.Engine.ListAsync(continuation, 10, default);
            found.AddRange(page);
            continuation = next;
        } while (continuation is not null);

        Assert.Equal(ids, found);
        Assert.Equal(25, (await host.Engine.ListAsync(null, null, default)).Ids.Count);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task Rerun_repeats_only_the_work_after_the_event(int eventId, int executed)
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.RunAsync("steps", "s");
        var before = host.Script.Executed.Count;

        Assert.Null(
            await host.Engine.RerunAsync(
                "s",
                new ForkRequest("s2", eventId, OverwriteInput: true, "x", null, host.Clock.GetUtcNow()),
                default
            )
        );
        var end = await host.EndOfAsync("s2");

        Assert.Equal(executed, host.Script.Executed.Count - before);
        Assert.Equal("123".Remove(eventId, 1).Insert(eventId, "x"), end.Output);
        Assert.Equal(
            "s",
            (await host.HistoryAsync("s2"))
                .First(e => e.TaskScheduled?.RerunParentInstanceInfo is not null)
                .TaskScheduled.RerunParentInstanceInfo.InstanceID
        );
    }

    [Fact]
    public async Task Rerun_of_a_child_call_creates_a_new_child()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.StartAsync("parent", "p");
        await host.StatusAsync("p-child", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.RaiseEventAsync("p-child", "go", "one"));
        await host.EndOfAsync("p");

        Assert.Null(await host.Engine.RerunAsync("p", new ForkRequest("q", 0, false, null, null, host.Clock.GetUtcNow()), default));
        await host.StatusAsync("q:0000", OrchestrationStatus.Running);
        Assert.Null(await host.Engine.RaiseEventAsync("q:0000", "go", "two"));

        Assert.Equal("two", (await host.EndOfAsync("q")).Output);
    }

    [Fact]
    public async Task Rerun_refuses_an_event_or_instance_that_cannot_be_rerun()
    {
        await using var host = await EngineHost.RunAsync(Mixed());
        await host.RunAsync("steps", "s");
        await host.StartAsync("wait", "w");
        ForkRequest Ask(string target, int id) => new(target, id, false, null, null, host.Clock.GetUtcNow());

        Assert.Equal(StatusCode.NotFound, (await host.Engine.RerunAsync("missing", Ask("n", 0), default))!.Status);
        Assert.Equal(StatusCode.InvalidArgument, (await host.Engine.RerunAsync("w", Ask("n", 0), default))!.Status);
        Assert.Equal(StatusCode.InvalidArgument, (await host.Engine.RerunAsync("s", Ask("s", 0), default))!.Status);
        Assert.Equal(StatusCode.NotFound, (await host.Engine.RerunAsync("s", Ask("n", 77), default))!.Status);
        var ended = (await host.Engine.RerunAsync("s", Ask("n", 3), default))!;
        Assert.Equal(
            (StatusCode.NotFound, "target event '*protos.HistoryEvent_ExecutionCompleted' with ID '3' is not an event that can be rerun"),
            (ended.Status, ended.Message)
        );
        var taken = await host.Engine.RerunAsync("s", Ask("w", 0), default);
        Assert.Equal((StatusCode.AlreadyExists, "workflow 'w' has already been created"), (taken!.Status, taken.Message));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_a_store_that_fails_at_random_no_work_is_lost_or_repeated(bool failsAfterWriting)
    {
        var commits = 0;
        var store = new MemoryStore();
        StateFailure? Fail(IReadOnlyList<StateWrite> writes) =>
            Interlocked.Increment(ref commits) % 3 == 0 ? new StateFailure(StateFailureKind.Unavailable, "", "the store is away") : null;
        if (failsAfterWriting)
        {
            store.FailAfter = Fail;
        }
        else
        {
            store.FailBefore = Fail;
        }

        var options = new WorkflowEngineOptions
        {
            SaveGrace = TimeSpan.Zero,
            FirstRetry = TimeSpan.FromMilliseconds(1),
            LongestRetry = TimeSpan.FromMilliseconds(5),
        };
        var script = Mixed()
            .Workflow("all", async flow => await flow.Child("steps", id: "c") + await flow.Activity("echo", "4") + await flow.Event("go"));
        await using var host = await EngineHost.RunAsync(script, store, options, TimeProvider.System);

        await host.StartAsync("all", "a");
        Assert.Null(await EngineHost.Within(host.Engine.RaiseEventAsync("a", "go", "!"), "the event taken"));
        var end = await host.EndOfAsync("a");

        Assert.Equal("1234!", end.Output);
        foreach (var id in new[] { "a", "c" })
        {
            var settled = (await host.HistoryAsync(id)).Select(Resolution.Of).OfType<Resolution>().ToList();
            Assert.Equal(settled.Distinct(), settled);
        }
    }

    [Fact]
    public async Task The_ETag_excludes_a_second_writer_of_an_instance()
    {
        var store = new MemoryStore();
        var options = new WorkflowEngineOptions
        {
            SaveGrace = TimeSpan.Zero,
            FirstRetry = TimeSpan.FromMilliseconds(1),
            LongestRetry = TimeSpan.FromMilliseconds(5),
        };
        await using var one = await EngineHost.RunAsync(Mixed(), store, options, TimeProvider.System);
        await one.StartAsync("steps", "warm-up");
        await one.EndOfAsync("warm-up");
        await one.StartAsync("wait", "w");
        await one.StatusAsync("w", OrchestrationStatus.Running);
        await using var two = new EngineHost(store, Mixed(), options, TimeProvider.System);
        await two.Engine.StartAsync(default);
        two.Connect();

        Assert.Null(await one.Engine.RaiseEventAsync("w", "go", "one"));
        Assert.Equal("one", (await one.EndOfAsync("w")).Output);
        Assert.Null(await two.Engine.RaiseEventAsync("w", "go", "two"));

        Assert.Equal("one", (await two.EndOfAsync("w")).Output);
        Assert.Single(await two.HistoryAsync("w"), e => e.ExecutionCompleted is not null);
    }

    [Fact]
    public async Task Pitfall_finished_instances_cost_nothing_at_start()
    {
        var store = new MemoryStore();
        await using (var host = await EngineHost.RunAsync(Mixed(), store))
        {
            for (var i = 0; i < 200; i++)
            {
                await host.RunAsync("quick", $"q{i}");
            }

            await host.StartAsync("wait", "w");
            await host.StatusAsync("w", OrchestrationStatus.Running);
        }

        var reads = store.ReadCount;
        await using var again = await EngineHost.RunAsync(Mixed(), store);

        Assert.InRange(store.ReadCount - reads, 1, 4);
        Assert.Equal(1, again.Engine.ActiveInstances);
    }
}
