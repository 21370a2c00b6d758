using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class TimerTests
{
    [Fact]
    public async Task A_timer_counts_from_the_start_of_the_turn()
    {
        var timer = Assert.Single((await Flow.Of(context => context.CreateTimer(TimeSpan.FromSeconds(30))).First()).Actions).CreateTimer;

        Assert.Equal(Start.AddSeconds(30), timer.FireAt.ToDateTime());
        Assert.NotNull(timer.CreateTimer);
    }

    [Fact]
    public async Task The_workflow_goes_on_when_the_timer_fires() => Assert.Equal(
        "\"done\"", (await Flow.Of(context => context.CreateTimer(TimeSpan.FromSeconds(30))).After([TimerCreated(0)], TimerFired(0))).Output());

    [Fact]
    public async Task A_cancelled_timer_ends_the_wait_and_stays_an_action()
    {
        var flow = Flow.Of(async context =>
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromDays(1), cancel.Token);
            cancel.Cancel();
            await Assert.ThrowsAsync<TaskCanceledException>(() => timer);
        });

        var response = await flow.First();

        Assert.NotNull(response.Actions[0].CreateTimer);
        Assert.Equal("\"done\"", response.Output());
    }

    [Fact]
    public async Task Time_is_that_of_the_turns_also_on_replay()
    {
        var times = new List<DateTime>();
        var flow = Flow.Of(async context =>
        {
            times.Add(context.CurrentUtcDateTime);
            await context.CallActivityAsync("a");
            times.Add(context.CurrentUtcDateTime);
        });

        await flow.After([Scheduled(0, "a")], Completed(0));

        Assert.Equal([Start, Start.AddSeconds(10)], times);
    }
}
