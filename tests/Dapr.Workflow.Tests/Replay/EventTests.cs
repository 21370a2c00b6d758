using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class EventTests
{
    private static Flow<object?, string> Waiting(TimeSpan timeout) =>
        Flow.Of(context => context.WaitForExternalEventAsync<string>("Approve", timeout));

    private static readonly Flow<object?, string> Two = Flow.Of(async context =>
    {
        await context.CallActivityAsync("before");
        return await context.WaitForExternalEventAsync<string>("go") + await context.WaitForExternalEventAsync<string>("go");
    });

    [Fact]
    public async Task A_wait_needs_no_action() =>
        Assert.Empty((await Flow.Of(context => context.WaitForExternalEventAsync<int>("x")).First()).Actions);

    [Fact]
    public async Task Names_match_without_regard_to_case() => Assert.Equal(
        "7", (await Flow.Of(context => context.WaitForExternalEventAsync<int>("go")).After([], Raised("GO", "7"))).Output());

    [Fact]
    public async Task Events_raised_before_the_wait_are_kept_in_order()
    {
        var past = new[] { Scheduled(0, "before"), TurnStarted(1), Raised("go", "\"a\""), TurnStarted(2), Raised("Go", "\"b\"") };

        Assert.Equal("\"ab\"", (await Two.After(past, Completed(0))).Output());
    }

    [Fact]
    public async Task Waits_of_one_name_are_served_in_order()
    {
        var flow = Flow.Of(async context =>
        {
            var (first, second) = (context.WaitForExternalEventAsync<string>("go"), context.WaitForExternalEventAsync<string>("go"));
            return await second + await first;
        });

        Assert.Equal("\"ba\"", (await flow.After([], Raised("go", "\"a\""), Raised("go", "\"b\""))).Output());
    }

    [Fact]
    public async Task An_event_without_payload_is_a_default() => Assert.Equal(
        "0", (await Flow.Of(context => context.WaitForExternalEventAsync<int>("go")).After([], Raised("go"))).Output());

    [Fact]
    public async Task A_timeout_is_a_timer_that_names_the_event()
    {
        var timer = Assert.Single((await Waiting(TimeSpan.FromMinutes(1)).First()).Actions).CreateTimer;

        Assert.Equal(("Approve", Start.AddMinutes(1)), (timer.ExternalEvent.Name, timer.FireAt.ToDateTime()));
    }

    [Fact]
    public async Task An_event_in_time_is_received() =>
        Assert.Equal("\"yes\"", (await Waiting(TimeSpan.FromMinutes(1)).After([TimerCreated(0)], Raised("approve", "\"yes\""))).Output());

    [Fact]
    public async Task No_event_in_time_is_a_cancelled_task() => Assert.Equal(
        "System.Threading.Tasks.TaskCanceledException",
        (await Waiting(TimeSpan.FromMinutes(1)).After([TimerCreated(0)], TimerFired(0))).Failure().ErrorType);

    [Fact]
    public async Task An_event_after_the_timeout_goes_to_the_next_wait()
    {
        var flow = Flow.Of(async context =>
        {
            await Assert.ThrowsAsync<TaskCanceledException>(() => context.WaitForExternalEventAsync<int>("go", TimeSpan.FromMinutes(1)));
            return await context.WaitForExternalEventAsync<int>("go");
        });

        Assert.Equal("7", (await flow.After([TimerCreated(0)], TimerFired(0), Raised("go", "7"))).Output());
    }

    [Fact]
    public async Task A_timeout_of_zero_gives_up_at_once_and_needs_no_timer()
    {
        var response = await Waiting(TimeSpan.Zero).First();

        Assert.Equal("System.Threading.Tasks.TaskCanceledException", response.Failure().ErrorType);
        Assert.Single(response.Actions);
    }

    [Fact]
    public async Task A_negative_timeout_shows_as_a_timer_that_never_fires() =>
        Assert.Equal(OptionalTimer.Never, Assert.Single((await Waiting(Timeout.InfiniteTimeSpan).First()).Actions).CreateTimer.FireAt);

    [Fact]
    public async Task A_history_from_before_that_timer_replays_without_it()
    {
        var flow = Flow.Of(async context =>
        {
            await context.WaitForExternalEventAsync<string>("go", Timeout.InfiniteTimeSpan);
            return await context.CallActivityAsync<string>("a");
        });

        var response = await flow.After([Raised("go"), Scheduled(0, "a")], Completed(0, "\"x\""));

        Assert.Equal("\"x\"", response.Output());
        Assert.Single(response.Actions);
    }

    [Fact]
    public async Task A_cancelled_wait_does_not_swallow_the_event()
    {
        var flow = Flow.Of(async context =>
        {
            using var cancel = new CancellationTokenSource();
            var given = context.WaitForExternalEventAsync<int>("go", cancel.Token);
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
            return await context.WaitForExternalEventAsync<int>("go");
        });

        Assert.Equal("7", (await flow.After([], Raised("go", "7"))).Output());
    }

    [Fact]
    public async Task Sending_an_event_is_an_action_and_no_wait()
    {
        var flow = Flow.Of(context =>
        {
            context.SendEvent("other", "ping", 5);
            return Task.CompletedTask;
        });

        var response = await flow.First();

        var sent = response.Actions[0].SendEvent;
        Assert.Equal(("other", "ping", "5"), (sent.Instance.InstanceId, sent.Name, sent.Data));
        Assert.Equal("\"done\"", response.Output());
    }
}
