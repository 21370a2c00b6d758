using Microsoft.Extensions.Logging;
using Moq;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class DeterminismTests
{
    private const string Type = "Dapr.Workflow.Replay.NonDeterminismException";

    [Fact]
    public async Task Another_activity_than_recorded_is_named_with_event_workflow_and_instance()
    {
        var failure = (await Flow.Of(context => context.CallActivityAsync("new")).After([Scheduled(0, "old")], Completed(0))).Failure();

        Assert.Equal(Type, failure.ErrorType);
        Assert.True(failure.IsNonRetriable);
        foreach (var part in new[] { "'flow'", "'order-1'", "event 0", "'old'", "'new'" })
        {
            Assert.Contains(part, failure.ErrorMessage);
        }
    }

    [Fact]
    public async Task Another_kind_of_action_is_named() => Assert.Contains(
        "records activity 'a', but the code asks for a timer",
        (await Flow.Of(context => context.CreateTimer(TimeSpan.FromSeconds(1))).After([Scheduled(0, "a")], Completed(0))).Failure().ErrorMessage);

    [Fact]
    public async Task A_recorded_action_the_code_no_longer_takes_is_named() => Assert.Contains(
        "event 0 records child workflow 'sub', but the code did not ask for it",
        (await Flow.Of(context => context.WaitForExternalEventAsync<int>("x")).After([ChildCreated(0, "sub")])).Failure().ErrorMessage);

    [Fact]
    public async Task Code_that_catches_everything_does_not_hide_it()
    {
        var flow = Flow.Of(async context =>
        {
            try
            {
                await context.CallActivityAsync("new");
            }
            catch (Exception)
            {
                await context.CallActivityAsync("compensate");
            }
        });

        var response = await flow.After([Scheduled(0, "old")], Completed(0));

        Assert.Equal(Type, response.Failure().ErrorType);
        Assert.Single(response.Actions);
    }

    [Fact]
    public async Task Names_recorded_in_another_case_are_the_same() => Assert.Equal(
        "\"done\"", (await Flow.Of(context => context.CallActivityAsync("Pay")).After([Scheduled(0, "pay")], Completed(0))).Output());

    [Fact]
    public async Task Awaiting_something_outside_the_context_fails_instead_of_hanging()
    {
        var outside = new TaskCompletionSource();

        var failure = (await Flow.Of(_ => outside.Task).First()).Failure();

        Assert.Equal(Type, failure.ErrorType);
        Assert.Contains("awaits something that is no workflow operation", failure.ErrorMessage);
    }

    [Fact]
    public async Task The_context_cannot_be_used_from_another_thread()
    {
        var flow = Flow.Of(async context =>
        {
            await context.CallActivityAsync("a");
            var other = new Thread(() => Record.Exception(() => context.SetCustomStatus("x")));
            other.Start();
            other.Join();
        });

        Assert.Contains("outside its turn", (await flow.After([Scheduled(0, "a")], Completed(0))).Failure().ErrorMessage);
    }

    [Fact]
    public async Task Code_resumes_on_the_thread_of_its_turn()
    {
        var threads = new HashSet<int>();
        var flow = Flow.Of(async context =>
        {
            threads.Add(Environment.CurrentManagedThreadId);
            await context.CallActivityAsync("a");
            threads.Add(Environment.CurrentManagedThreadId);
            await Task.Yield();
            threads.Add(Environment.CurrentManagedThreadId);
        });

        Assert.Equal("\"done\"", (await flow.After([Scheduled(0, "a")], Completed(0))).Output());
        Assert.Single(threads);
    }

    [Fact]
    public async Task ConfigureAwait_false_on_operations_stays_in_the_turn()
    {
        var flow = Flow.Of(async context =>
        {
            await context.CallActivityAsync("a", null, new WorkflowTaskOptions(new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)))).ConfigureAwait(false);
            await context.WaitForExternalEventAsync<int>("go", TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            await Task.WhenAll(context.CallActivityAsync("b"), context.CallActivityAsync("c")).ConfigureAwait(false);
        });
        var past = new[] { Scheduled(0, "a"), TurnStarted(1), Completed(0), TimerCreated(1), TurnStarted(2), Raised("go"), Scheduled(2, "b"), Scheduled(3, "c") };

        Assert.Equal("\"done\"", (await flow.After(past, Completed(2), Completed(3))).Output());
    }

    [Fact]
    public async Task New_guids_are_the_same_on_replay_and_another_in_another_execution()
    {
        var flow = Flow.Of(context => Task.FromResult(new[] { context.NewGuid(), context.NewGuid() }));

        var first = (await flow.First()).Output();

        Assert.Equal(first, (await flow.After([])).Output());
        Assert.NotEqual(first, (await flow.Turn([], [TurnStarted(), Started()], executionId: "other")).Output());
        // Stored format: ids the official SDK makes for this instance.
        Assert.Equal("""["2a22b001-284f-543b-90ba-15523729851d","97f708dc-c714-5a47-8c57-0715798ca40e"]""", first);
    }

    [Fact]
    public async Task A_patch_is_taken_by_new_executions_and_reported_with_the_turn()
    {
        var version = (await Patched.First()).Version;

        Assert.Equal("flow", version.Name);
        Assert.Equal(["p", "p"], version.Patches);
    }

    [Fact]
    public async Task A_patch_is_not_taken_where_the_history_is_older()
    {
        var response = await Patched.After([Scheduled(0, "old")], Completed(0));

        Assert.Equal("\"old\"", response.Output());
        Assert.Null(response.Version);
    }

    [Fact]
    public async Task A_recorded_patch_stays_taken()
    {
        var response = await Patched.Turn([TurnStarted(0, "p", "p"), Started(), Scheduled(0, "new")], [TurnStarted(10), Completed(0)]);

        Assert.Equal("\"new\"", response.Output());
        Assert.Equal(["p", "p"], response.Version.Patches);
    }

    [Fact]
    public async Task A_replay_safe_logger_is_silent_during_replay()
    {
        var lines = new List<string>();
        var flow = Flow.Of(
            async context =>
            {
                var logger = context.CreateReplaySafeLogger("x");
                logger.LogInformation("start {Replaying}", context.IsReplaying);
                await context.CallActivityAsync("a");
                logger.LogInformation("end {Replaying}", context.IsReplaying);
                return 0;
            },
            Loggers(lines));

        await flow.First();
        await flow.After([Scheduled(0, "a")], Completed(0));

        Assert.Equal(["start False", "end False"], lines);
    }

    [Fact]
    public async Task A_context_can_be_mocked()
    {
        var context = new Mock<WorkflowContext>();
        context.Setup(it => it.CallActivityAsync<int>("a", It.IsAny<object?>(), It.IsAny<WorkflowTaskOptions?>())).ReturnsAsync(3);

        Assert.Equal(3, await context.Object.CallActivityAsync<int>("a"));
    }

    private static readonly Flow<object?, string> Patched = Flow.Of(async context =>
    {
        var name = context.IsPatched("p") && context.IsPatched("p") ? "new" : "old";
        await context.CallActivityAsync(name);
        return name;
    });

    private static ILoggerFactory Loggers(List<string> lines)
    {
        var logger = new Mock<ILogger>();
        logger.Setup(it => it.IsEnabled(It.IsAny<LogLevel>())).Returns(true);
        logger.Setup(it => it.Log(It.IsAny<LogLevel>(), It.IsAny<EventId>(), It.IsAny<It.IsAnyType>(), It.IsAny<Exception?>(), (Func<It.IsAnyType, Exception?, string>)It.IsAny<object>()))
            .Callback(new InvocationAction(call => lines.Add($"{call.Arguments[2]}")));
        var factory = new Mock<ILoggerFactory>();
        factory.Setup(it => it.CreateLogger(It.IsAny<string>())).Returns(Mock.Of<ILogger>());
        factory.Setup(it => it.CreateLogger("x")).Returns(logger.Object);
        return factory.Object;
    }
}
