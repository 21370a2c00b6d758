using Sidecar.Tests.Workflows.Support;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class DispatchTests
{
    private static Script OneActivity(Func<ActivityRequest, Task<string?>> activity) =>
        new Script().Workflow("w", async flow => await flow.Activity("do")).Activity("do", activity);

    [Fact]
    public async Task Pitfall_a_work_item_of_a_lost_worker_is_leased_again_once_and_never_in_parallel()
    {
        var attempts = 0;
        var release = new TaskCompletionSource<string?>();
        var script = OneActivity(_ => Interlocked.Increment(ref attempts) == 1 ? new TaskCompletionSource<string?>().Task : release.Task);
        script.Workflow("echo", flow => Task.FromResult(flow.Input));
        await using var host = new EngineHost(script: script);
        var lost = host.Connect();
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => attempts == 1, "the first attempt");

        await lost.DisposeAsync();
        // Connecting again and again must not multiply the work that one of the connections has.
        for (var i = 0; i < 5; i++)
        {
            host.Connect();
        }

        await EngineHost.Until(() => attempts == 2, "the second attempt");
        Assert.Equal("x", await host.RunAsync("echo", "other", "x"));

        release.SetResult("done");
        Assert.Equal("done", (await host.EndOfAsync("w")).Output);
        Assert.Equal(2, attempts);
    }

    [Fact]
    public async Task Pitfall_a_duplicate_completion_is_ignored_and_does_not_make_the_instance_spin()
    {
        var script = new Script()
            .Workflow("w", async flow => await flow.Activity("do") + await flow.Event("end"))
            .Activity("do", _ => "once");
        await using var host = new EngineHost(script: script);
        var worker = host.Connect();
        await host.StartAsync("w", "w");
        await EngineHost.Until(
            () => host.Store.Keys.Any(k => k.EndsWith("history-000004", StringComparison.Ordinal)),
            "the result in history"
        );
        var item = worker.Received.First(r => r.ActivityRequest is not null);
        var turns = script.Turns.Count;

        foreach (var token in new[] { item.CompletionToken, "", "made-up" })
        {
            Assert.Null(
                await host.Engine.CompleteActivityAsync(
                    new ActivityResponse
                    {
                        InstanceId = "w",
                        TaskId = 0,
                        Result = "twice",
                        CompletionToken = token,
                    }
                )
            );
        }

        Assert.Equal(turns, script.Turns.Count);
        Assert.Null(await host.Engine.RaiseEventAsync("w", "end", "!"));
        Assert.Equal("once!", (await host.EndOfAsync("w")).Output);
        Assert.Single(await host.HistoryAsync("w"), e => e.TaskCompleted is not null);
    }

    [Fact]
    public async Task An_answer_with_the_token_of_an_earlier_lease_is_ignored()
    {
        var attempts = 0;
        var second = new TaskCompletionSource<string?>();
        var script = OneActivity(_ => Interlocked.Increment(ref attempts) == 1 ? new TaskCompletionSource<string?>().Task : second.Task);
        await using var host = new EngineHost(script: script);
        var lost = host.Connect();
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => attempts == 1, "the first attempt");
        var old = lost.Received.Single(r => r.ActivityRequest is not null).CompletionToken;
        await lost.DisposeAsync();
        host.Connect();
        await EngineHost.Until(() => attempts == 2, "the second attempt");

        await host.Engine.CompleteActivityAsync(
            new ActivityResponse
            {
                InstanceId = "w",
                TaskId = 0,
                Result = "stale",
                CompletionToken = old,
            }
        );
        second.SetResult("fresh");

        Assert.Equal("fresh", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task A_lost_workers_answer_counts_while_the_work_item_waits_for_another_worker()
    {
        var started = new TaskCompletionSource();
        var finish = new TaskCompletionSource<string?>();
        var script = OneActivity(_ =>
        {
            started.TrySetResult();
            return finish.Task;
        });
        await using var host = new EngineHost(script: script);
        var lost = host.Connect();
        await host.StartAsync("w", "w");
        await started.Task;
        await lost.DisposeAsync();

        finish.SetResult("in time");
        await EngineHost.Until(() => host.Store.Keys.Any(k => k.Contains("||inbox-")), "the result in the inbox");
        host.Connect();

        Assert.Equal("in time", (await host.EndOfAsync("w")).Output);
        Assert.Single(script.Executed);
    }

    [Fact]
    public async Task Pitfall_a_reloaded_instance_leaves_running_activities_with_their_worker()
    {
        var release = new TaskCompletionSource<string?>();
        var store = new MemoryStore();
        var script = new Script()
            .Workflow("w", async flow =>
            {
                var slow = flow.Activity("do");
                await flow.Event("meanwhile");
                return await slow;
            })
            .Activity("do", (ActivityRequest _) => release.Task);
        await using var host = await EngineHost.RunAsync(script, store);
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => script.Executed.Count == 1, "the activity");

        var failures = 3;
        store.FailBefore = _ =>
            Interlocked.Decrement(ref failures) >= 0 ? new(Sidecar.State.StateFailureKind.Unavailable, "", "away") : null;
        var raised = host.Engine.RaiseEventAsync("w", "meanwhile", null);
        while (!raised.IsCompleted)
        {
            host.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(raised, Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System));
        }

        release.SetResult("once");
        Assert.Equal("once", (await host.EndOfAsync("w")).Output);
        Assert.Single(script.Executed);
    }

    [Fact]
    public async Task Answers_of_a_worker_without_tokens_are_matched_by_key()
    {
        await using var host = new EngineHost(script: OneActivity(_ => new TaskCompletionSource<string?>().Task));
        host.Connect();
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => host.Script.Executed.Count == 1, "the activity");

        await host.Engine.CompleteActivityAsync(
            new ActivityResponse
            {
                InstanceId = "w",
                TaskId = 0,
                Result = "plain",
            }
        );

        Assert.Equal("plain", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task Several_workers_share_the_work_items_of_an_app()
    {
        var script = new Script()
            .Workflow("w", async flow => $"{(await Task.WhenAll(Enumerable.Range(0, 60).Select(i => flow.Activity("do", $"{i}")))).Length}")
            .Activity("do", input => input);
        await using var host = new EngineHost(script: script);
        var workers = Enumerable.Range(0, 3).Select(_ => host.Connect()).ToList();

        Assert.Equal("60", await host.RunAsync("w", "w"));

        Assert.All(workers, w => Assert.NotEmpty(w.Received));
    }

    [Fact]
    public async Task Without_a_worker_an_instance_waits_as_pending()
    {
        await using var host = new EngineHost(script: OneActivity(_ => Task.FromResult<string?>("ok")));
        await host.StartAsync("w", "w");
        Assert.Equal(OrchestrationStatus.Pending, (await host.Engine.GetAsync("w", default))!.WorkflowStatus);

        host.Connect();

        Assert.Equal("ok", (await host.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task Pitfall_a_malformed_trace_context_is_dropped_and_nothing_fails()
    {
        await using var host = await EngineHost.RunAsync(
            OneActivity(r => Task.FromResult<string?>(r.ParentTraceContext is null ? "none" : "some"))
        );
        foreach (
            var (garbage, i) in new[]
            {
                "",
                "00",
                "not a trace",
                "00-zz-zz-zz",
                new string('0', 500),
                "00-00000000000000000000000000000000-0000000000000000-00",
            }.Select((g, i) => (g, i))
        )
        {
            var started = Sidecar.Workflows.History.HistoryEvents.Started(
                host.Clock.GetUtcNow(),
                new ExecutionStartedEvent
                {
                    Name = "w",
                    ParentTraceContext = new TraceContext { TraceParent = garbage, TraceState = "also=garbage=," },
                    WorkflowInstance = new WorkflowInstance { InstanceId = $"w{i}", ExecutionId = "x" },
                }
            );
            Assert.Null(await host.Engine.CreateAsync(started));
            Assert.Equal(OrchestrationStatus.Completed, (await host.EndOfAsync($"w{i}")).WorkflowStatus);
        }
    }

    [Fact]
    public async Task Pitfall_the_attempts_of_an_activity_carry_the_same_execution_id()
    {
        var attempts = 0;
        var script = OneActivity(_ =>
            Interlocked.Increment(ref attempts) == 1 ? new TaskCompletionSource<string?>().Task : Task.FromResult<string?>("ok")
        );
        await using var host = new EngineHost(script: script);
        var lost = host.Connect();
        await host.StartAsync("w", "w");
        await EngineHost.Until(() => attempts == 1, "the first attempt");
        await lost.DisposeAsync();
        host.Connect();
        await host.EndOfAsync("w");

        Assert.Single(script.Executed.Select(e => e.TaskExecutionId).Distinct());
    }
}
