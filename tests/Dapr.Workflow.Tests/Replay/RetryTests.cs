using Dapr.Workflow.Protocol;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class RetryTests
{
    private static Flow<object?, string> Flaky(WorkflowRetryPolicy policy) =>
        Flow.Of(context => context.CallActivityAsync<string>("flaky", null, new WorkflowTaskOptions(policy)));

    private static readonly HistoryEvent[] FirstFailure = [Scheduled(0, "flaky"), TurnStarted(1), Failed(0), TimerCreated(1)];

    [Fact]
    public async Task A_failure_leads_to_a_timer_that_names_the_retried_task()
    {
        var flow = Flaky(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(2)));
        var task = Assert.Single((await flow.First()).Actions).ScheduleTask;

        var timer = Assert.Single((await flow.After([Scheduled(0, "flaky")], Failed(0))).Actions);

        Assert.Equal((1, Start.AddSeconds(12)), (timer.Id, timer.CreateTimer.FireAt.ToDateTime()));
        Assert.Equal(task.TaskExecutionId, timer.CreateTimer.ActivityRetry.TaskExecutionId);
    }

    [Fact]
    public async Task The_timer_leads_to_another_attempt_under_an_execution_id_of_its_own()
    {
        var flow = Flaky(new WorkflowRetryPolicy(3, TimeSpan.FromSeconds(2)));

        var again = Assert.Single((await flow.After(FirstFailure, TimerFired(1))).Actions);

        Assert.Equal((2, "flaky"), (again.Id, again.ScheduleTask.Name));
        Assert.NotEqual(Assert.Single((await flow.First()).Actions).ScheduleTask.TaskExecutionId, again.ScheduleTask.TaskExecutionId);
    }

    [Fact]
    public async Task Pauses_grow_by_the_coefficient_up_to_the_longest()
    {
        HistoryEvent[] past = [.. FirstFailure, TurnStarted(2), TimerFired(1), Scheduled(2, "flaky")];

        Assert.Equal(Start.AddSeconds(16), await Pause(new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(2), 3)));
        Assert.Equal(Start.AddSeconds(15), await Pause(new WorkflowRetryPolicy(5, TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(5))));

        async Task<DateTime> Pause(WorkflowRetryPolicy policy) =>
            Assert.Single((await Flaky(policy).After(past, Failed(2))).Actions).CreateTimer.FireAt.ToDateTime();
    }

    [Fact]
    public async Task The_last_attempt_decides()
    {
        HistoryEvent[] past = [.. FirstFailure, TurnStarted(2), TimerFired(1), Scheduled(2, "flaky")];
        var flow = Flaky(new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(2)));

        Assert.Equal("Task failed: still", (await flow.After(past, Failed(2, "still"))).Failure().ErrorMessage);
        Assert.Equal("\"ok\"", (await flow.After(past, Completed(2, "\"ok\""))).Output());
    }

    [Fact]
    public async Task No_attempt_starts_after_the_retry_timeout()
    {
        var flow = Flaky(new WorkflowRetryPolicy(9, TimeSpan.FromSeconds(2), retryTimeout: TimeSpan.FromSeconds(5)));

        Assert.Equal("Task failed: boom", (await flow.After([Scheduled(0, "flaky")], Failed(0))).Failure().ErrorMessage);
    }

    [Fact]
    public async Task A_child_retry_timer_names_the_first_child()
    {
        var options = new ChildWorkflowTaskOptions("child", new WorkflowRetryPolicy(2, TimeSpan.FromSeconds(1)));
        var flow = Flow.Of(context => context.CallChildWorkflowAsync<string>("sub", null, options));

        var timer = Assert.Single((await flow.After([ChildCreated(0, "sub")], ChildFailed(0))).Actions).CreateTimer;

        Assert.Equal("child", timer.ChildWorkflowRetry.InstanceId);
    }

    [Fact]
    public void Pauses_beyond_what_a_time_span_holds_end_the_retries() =>
        Assert.Null(new WorkflowRetryPolicy(int.MaxValue, TimeSpan.FromMinutes(59), 10).PauseAfter(400, TimeSpan.Zero));
}
