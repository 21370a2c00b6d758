using Dapr.Workflow.Protocol;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class ActivityTests
{
    private static readonly Flow<object?, int> Sum = Flow.Of(async context =>
        await context.CallActivityAsync<int>("first", 1) + await context.CallActivityAsync<int>("second", 2));

    [Fact]
    public async Task The_first_turn_schedules_the_first_activity_under_id_zero()
    {
        var action = Assert.Single((await Sum.First()).Actions);

        Assert.Equal((0, "first", "1"), (action.Id, action.ScheduleTask.Name, action.ScheduleTask.Input));
        Assert.Matches("^[0-9a-f]{32}$", action.ScheduleTask.TaskExecutionId);
        Assert.Null(action.Router);
    }

    [Fact]
    public async Task A_result_leads_to_the_next_activity()
    {
        var action = Assert.Single((await Sum.After([Scheduled(0, "first")], Completed(0, "40"))).Actions);

        Assert.Equal((1, "second"), (action.Id, action.ScheduleTask.Name));
    }

    [Fact]
    public async Task The_last_result_completes_the_workflow_with_id_zero()
    {
        var past = new[] { Scheduled(0, "first"), TurnStarted(1), Completed(0, "40"), Scheduled(1, "second") };

        var response = await Sum.After(past, Completed(1, "2"));

        Assert.Equal("42", response.Output());
        Assert.Equal(0, Assert.Single(response.Actions).Id);
    }

    [Fact]
    public async Task Fan_out_schedules_all_at_once_and_goes_on_when_all_are_there()
    {
        var flow = Flow.Of(async context =>
            (await Task.WhenAll(Enumerable.Range(0, 3).Select(n => context.CallActivityAsync<int>("part", n)))).Sum());
        var past = new[] { Scheduled(0, "part"), Scheduled(1, "part"), Scheduled(2, "part"), TurnStarted(1), Completed(2, "100") };

        Assert.Equal([0, 1, 2], (await flow.First()).Actions.Select(action => action.Id));
        Assert.Empty((await flow.After(past, Completed(0, "1"))).Actions);
        Assert.Equal("111", (await flow.After(past, Completed(0, "1"), Completed(1, "10"))).Output());
    }

    [Fact]
    public async Task The_first_of_two_wins_also_when_both_results_come_in_one_turn()
    {
        var flow = Flow.Of(async context => await await Task.WhenAny(
            context.CallActivityAsync<string>("slow"), context.CallActivityAsync<string>("quick")));

        var response = await flow.After([Scheduled(0, "slow"), Scheduled(1, "quick")], Completed(1, "\"quick\""), Completed(0, "\"slow\""));

        Assert.Equal("\"quick\"", response.Output());
    }

    [Fact]
    public async Task A_failed_activity_throws_with_the_inner_type_and_message()
    {
        var flow = Flow.Of(async context =>
        {
            var failure = await Assert.ThrowsAsync<WorkflowTaskFailedException>(() => context.CallActivityAsync("pay"));
            Assert.True(failure.FailureDetails.IsCausedBy<InvalidOperationException>());
            return failure.Message + "|" + failure.FailureDetails.ErrorMessage;
        });

        Assert.Equal("\"Task failed: boom|boom\"", (await flow.After([Scheduled(0, "pay")], Failed(0))).Output());
    }

    [Fact]
    public async Task An_uncaught_failure_fails_the_workflow_for_good()
    {
        var failure = (await Sum.After([Scheduled(0, "first")], Failed(0))).Failure();

        Assert.Equal("Dapr.Workflow.WorkflowTaskFailedException", failure.ErrorType);
        Assert.Equal("Task failed: boom", failure.ErrorMessage);
        Assert.True(failure.IsNonRetriable);
    }

    [Fact]
    public async Task A_result_that_does_not_fit_its_type_is_thrown_where_it_is_awaited() =>
        Assert.Equal("System.Text.Json.JsonException", (await Sum.After([Scheduled(0, "first")], Completed(0, "{"))).Failure().ErrorType);

    [Fact]
    public async Task An_empty_result_is_a_default() =>
        Assert.Equal("\"\"", (await Flow.Of(async context => await context.CallActivityAsync<string>("a") ?? "")
            .After([Scheduled(0, "a")], Completed(0, ""))).Output());

    [Fact]
    public async Task Another_app_is_called_through_the_router()
    {
        var flow = Flow.Of(context => context.CallActivityAsync<int>("a", null, new WorkflowTaskOptions(TargetAppId: "other")));

        var response = await flow.Turn([], [TurnStarted(), Started(router: new TaskRouter { SourceAppID = "me" })]);

        var action = Assert.Single(response.Actions);
        Assert.Equal(("me", "other"), (action.Router.SourceAppID, action.Router.TargetAppID));
        Assert.Equal(action.Router, action.ScheduleTask.Router);
    }

    [Fact]
    public async Task A_second_completion_of_one_activity_changes_nothing() =>
        Assert.Equal(1, Assert.Single((await Sum.After([Scheduled(0, "first")], Completed(0, "40"), Completed(0, "41"))).Actions).Id);

    [Fact]
    public async Task A_completion_that_comes_before_its_activity_is_kept()
    {
        var past = new[] { Completed(0, "40"), Scheduled(0, "first"), Scheduled(1, "second") };

        Assert.Equal("42", (await Sum.After(past, Completed(1, "2"))).Output());
    }

    [Fact]
    public async Task At_most_so_many_run_in_parallel_and_results_keep_the_order_of_inputs()
    {
        var flow = Flow.Of(context => context.ProcessInParallelAsync(
            ["a", "b", "c"], async input => await context.CallActivityAsync<string>("work", input), maxConcurrency: 2));
        var past = new[] { Scheduled(0, "work"), Scheduled(1, "work"), TurnStarted(1), Completed(1, "\"B\""), Scheduled(2, "work") };

        Assert.Equal(2, (await flow.First()).Actions.Count);
        Assert.Equal("""["A","B","C"]""", (await flow.After(past, Completed(2, "\"C\""), Completed(0, "\"A\""))).Output());
    }

    [Fact]
    public async Task Parallel_failures_come_together_after_all_have_ended()
    {
        var flow = Flow.Of(context => context.ProcessInParallelAsync([1, 2], input => context.CallActivityAsync<int>("work", input)));

        var failure = (await flow.After([Scheduled(0, "work"), Scheduled(1, "work")], Failed(0), Completed(1, "2"))).Failure();

        Assert.Equal("System.AggregateException", failure.ErrorType);
        Assert.StartsWith("1 out of 2 tasks failed", failure.ErrorMessage);
    }
}
