using Microsoft.Extensions.Time.Testing;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Timers;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows;

public sealed class TimerTests
{
    private static Script Waiting() =>
        new Script()
            .Workflow("wait", async flow =>
            {
                await flow.Timer(TimeSpan.Parse(flow.Input!, System.Globalization.CultureInfo.InvariantCulture));
                return "woke";
            })
            .Workflow("timeout", async flow => await flow.Event("answer", TimeSpan.FromHours(1)) ?? "timed out");

    [Theory]
    [InlineData("00:00:01")]
    [InlineData("01:00:00")]
    [InlineData("30.00:00:00")]
    [InlineData("400.00:00:00")]
    public async Task A_timer_fires_when_due_and_not_before(string wait)
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("wait", "w", wait);
        await UntilSetAsync(host, "w");

        host.Clock.Advance(TimeSpan.Parse(wait, System.Globalization.CultureInfo.InvariantCulture) - TimeSpan.FromMilliseconds(10));
        Assert.Equal(OrchestrationStatus.Running, (await host.Engine.GetAsync("w", default))!.WorkflowStatus);
        host.Clock.Advance(TimeSpan.FromMilliseconds(20));

        Assert.Equal("woke", (await host.EndOfAsync("w")).Output);
        Assert.Equal(
            "OrchestratorStarted:-1, ExecutionStarted:-1, TimerCreated:0, OrchestratorStarted:-1, TimerFired:-1, ExecutionCompleted:1",
            await host.ListingAsync("w")
        );
    }

    [Fact]
    public async Task A_timer_due_while_the_engine_was_down_fires_at_the_next_start()
    {
        var store = new MemoryStore();
        await using (var host = await EngineHost.RunAsync(Waiting(), store))
        {
            await host.StartAsync("wait", "w", "01:00:00");
            await UntilSetAsync(host, "w");
        }

        var later = new FakeTimeProvider(new DateTimeOffset(2030, 1, 2, 0, 0, 0, TimeSpan.Zero));
        await using var again = await EngineHost.RunAsync(Waiting(), store, clock: later);

        Assert.Equal("woke", (await again.EndOfAsync("w")).Output);
    }

    [Fact]
    public async Task An_event_in_time_cancels_its_timeout()
    {
        var script = Waiting()
            .Workflow("after", async flow =>
            {
                var answer = await flow.Event("answer", TimeSpan.FromHours(1));
                await flow.Event("end");
                return answer;
            });
        await using var host = await EngineHost.RunAsync(script);
        await host.StartAsync("after", "a");
        await UntilSetAsync(host, "a");
        Assert.Null(await host.Engine.RaiseEventAsync("a", "ANSWER", "42"));
        await EngineHost.Until(
            () => host.Store.Keys.Any(k => k.EndsWith("history-000004", StringComparison.Ordinal)),
            "the event in history"
        );

        host.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Null(await host.Engine.RaiseEventAsync("a", "end", null));

        Assert.Equal("42", (await host.EndOfAsync("a")).Output);
        Assert.DoesNotContain("TimerFired", await host.ListingAsync("a"));
    }

    [Fact]
    public async Task A_wait_without_an_event_times_out()
    {
        await using var host = await EngineHost.RunAsync(Waiting());
        await host.StartAsync("timeout", "t");
        await UntilSetAsync(host, "t");

        host.Clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal("timed out", (await host.EndOfAsync("t")).Output);
    }

    [Fact]
    public async Task Pitfall_a_slow_timer_delays_no_other()
    {
        var stuck = new TaskCompletionSource();
        var script = Waiting();
        script.BeforeTurn = turn =>
            turn.InstanceId == "slow" && turn.NewEvents.Any(e => e.TimerFired is not null) ? stuck.Task : Task.CompletedTask;
        await using var host = await EngineHost.RunAsync(script);
        foreach (var id in Enumerable.Range(0, 20).Select(i => $"w{i}").Prepend("slow"))
        {
            await host.StartAsync("wait", id, "00:01:00");
        }

        await EngineHost.Until(
            () => host.Store.Keys.Count(k => k.EndsWith("history-000002", StringComparison.Ordinal)) == 21,
            "all timers in history"
        );

        host.Clock.Advance(TimeSpan.FromMinutes(1));

        foreach (var i in Enumerable.Range(0, 20))
        {
            Assert.Equal("woke", (await host.EndOfAsync($"w{i}")).Output);
        }

        stuck.SetResult();
        Assert.Equal("woke", (await host.EndOfAsync("slow")).Output);
    }

    [Fact]
    public void Scheduled_calls_run_in_the_order_of_their_due_times()
    {
        var clock = new FakeTimeProvider();
        using var timers = new TimerService(clock);
        var called = new List<int>();
        foreach (var minute in new[] { 5, 1, 3, 2, 4 })
        {
            timers.Schedule(clock.GetUtcNow().AddMinutes(minute), () => called.Add(minute));
        }

        var cancelled = timers.Schedule(clock.GetUtcNow().AddMinutes(2.5), () => called.Add(-1));
        cancelled.Dispose();
        for (var i = 0; i < 5; i++)
        {
            clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal([1, 2, 3, 4, 5], called);
    }

    /// <summary>
    /// Waits for the timer of an instance that is alone in its store. The timer is set after the commit of its step, and the instance
    /// answers after that. A clock that moves while the timer is being set makes it late.
    /// </summary>
    private static async Task UntilSetAsync(EngineHost host, string id)
    {
        await EngineHost.Until(
            () => host.Store.Keys.Any(k => k.EndsWith("history-000002", StringComparison.Ordinal)),
            "the timer in history"
        );
        Assert.NotNull(await host.Engine.GetAsync(id, default));
    }
}
