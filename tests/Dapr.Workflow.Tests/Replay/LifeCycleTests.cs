using Dapr.Workflow.Protocol;
using Google.Protobuf;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Replay;

public sealed class LifeCycleTests
{
    private static readonly Flow<object?, string> Step = Flow.Of(async context =>
    {
        await context.WaitForExternalEventAsync<string>("go");
        return await context.CallActivityAsync<string>("a");
    });

    [Fact]
    public async Task Input_and_output_are_json_in_camel_case()
    {
        var flow = new Flow<Order, Order>((_, order) => Task.FromResult(order with { Total = order.Total + 1 }));

        Assert.Equal("""{"orderId":"o","total":2}""", (await flow.Turn([], [TurnStarted(), Started("""{"orderId":"o","total":1}""")])).Output());
    }

    [Fact]
    public async Task An_input_that_does_not_fit_fails_the_instance()
    {
        var flow = new Flow<Order, string>((_, _) => Task.FromResult(""));

        Assert.Equal("System.Text.Json.JsonException", (await flow.Turn([], [TurnStarted(), Started("[")])).Failure().ErrorType);
    }

    [Fact]
    public async Task A_workflow_that_throws_before_its_first_await_fails() => Assert.Equal(
        ("System.FormatException", "no"),
        Of((await Flow.Of<int>(_ => throw new FormatException("no")).First()).Failure()));

    [Fact]
    public async Task An_unregistered_workflow_is_not_found() => Assert.Equal(
        ("WorkflowNotFound", "Workflow 'nobody' is not registered in this app."),
        Of((await Step.Turn([], [TurnStarted(), Started(name: "nobody")])).Failure()));

    [Fact]
    public async Task A_history_without_a_name_says_so() =>
        Assert.Equal("WorkflowNameMissing", (await Step.Turn([], [TurnStarted()])).Failure().ErrorType);

    [Fact]
    public async Task A_suspended_instance_does_nothing()
    {
        Assert.Empty((await Step.After([], Suspended())).Actions);
        Assert.Empty((await Step.After([TurnStarted(1), Suspended()], Raised("go"))).Actions);
    }

    [Fact]
    public async Task The_resume_sends_what_the_suspend_held_back()
    {
        var response = await Step.After([TurnStarted(1), Suspended(), TurnStarted(2), Raised("go")], Resumed());

        Assert.Equal("a", Assert.Single(response.Actions).ScheduleTask.Name);
    }

    [Fact]
    public async Task Termination_is_acknowledged_whatever_else_came()
    {
        var completion = (await Step.After([], Terminated("\"why\""), Raised("go"))).Completion();

        Assert.Equal((OrchestrationStatus.Terminated, "\"why\""), (completion.WorkflowStatus, completion.Result));
    }

    [Fact]
    public async Task Continue_as_new_carries_over_untaken_events_also_those_of_the_same_turn()
    {
        var flow = Flow.Of(async context =>
        {
            var n = await context.WaitForExternalEventAsync<int>("n");
            context.ContinueAsNew(n);
            return n;
        });

        var response = await flow.After([], Raised("n", "1"), Raised("n", "2"), Raised("other", "3"));

        var next = Assert.Single(response.Actions).CompleteWorkflow;
        Assert.Equal((OrchestrationStatus.ContinuedAsNew, "1"), (next.WorkflowStatus, next.Result));
        Assert.Equal(["2", "3"], next.CarryoverEvents.Select(carried => carried.EventRaised.Input));
    }

    [Fact]
    public async Task Continue_as_new_leaves_events_behind_when_told_so()
    {
        var flow = Flow.Of(async context =>
        {
            context.ContinueAsNew(await context.WaitForExternalEventAsync<int>("n"), preserveUnprocessedEvents: false);
            return 0;
        });

        Assert.Empty((await flow.After([], Raised("n", "1"), Raised("n", "2"))).Completion().CarryoverEvents);
    }

    [Fact]
    public async Task Custom_status_is_sent_on_each_turn()
    {
        var flow = Flow.Of(async context =>
        {
            context.SetCustomStatus(new Order("o", 5));
            await context.CallActivityAsync("a");
        });

        Assert.Equal("""{"orderId":"o","total":5}""", (await flow.First()).CustomStatus);
        Assert.Equal("""{"orderId":"o","total":5}""", (await flow.After([Scheduled(0, "a")], Completed(0))).CustomStatus);
    }

    [Fact]
    public async Task A_child_gets_an_id_that_stays_and_its_output_comes_back()
    {
        var flow = Flow.Of(context => context.CallChildWorkflowAsync<string>("sub", 1));

        var child = Assert.Single((await flow.First()).Actions).CreateChildWorkflow;

        Assert.Equal(("sub", "1"), (child.Name, child.Input));
        Assert.Equal(child.InstanceId, Assert.Single((await flow.First()).Actions).CreateChildWorkflow.InstanceId);
        Assert.Equal("\"x\"", (await flow.After([ChildCreated(0, "sub", child.InstanceId)], ChildCompleted(0, "\"x\""))).Output());
    }

    [Fact]
    public async Task A_failed_child_is_named() => Assert.Equal(
        ("Dapr.Workflow.WorkflowTaskFailedException", "Child workflow 'sub' failed"),
        Of((await Flow.Of(context => context.CallChildWorkflowAsync("sub")).After([ChildCreated(0, "sub")], ChildFailed(0))).Failure()));

    [Fact]
    public async Task A_child_is_told_by_its_instance_id_when_the_runtime_numbers_events_in_its_own_way() => Assert.Equal(
        "\"x\"",
        (await Flow.Of(context => context.CallChildWorkflowAsync<string>("sub", null, new ChildWorkflowTaskOptions("c1")))
            .After([ChildCreated(7, "sub", "c1")], ChildCompleted(7, "\"x\""))).Output());

    [Fact]
    public async Task Propagated_history_is_delivered()
    {
        var chunk = new PropagatedHistoryChunk { AppId = "app", InstanceId = "parent", WorkflowName = "boss" };
        chunk.RawEvents.Add(new[] { Scheduled(0, "a"), Completed(0, "1"), Scheduled(1, "a"), ChildCreated(2, "sub") }.Select(e => e.ToByteString()));
        var flow = Flow.Of(context =>
        {
            Assert.True(context.GetPropagatedHistory()!.TryGetLastWorkflowEventByName("BOSS", out var boss));
            return Task.FromResult(string.Join(",", boss.GetActivitiesByName("a").Select(a => $"{a.Status}{a.Output}")) + boss.Workflows[0].Status);
        });

        var response = await flow.Turn([], [TurnStarted(), Started()], lineage: new Protocol.PropagatedHistory { Chunks = { chunk } });

        Assert.Equal("\"Completed1,PendingPending\"", response.Output());
    }

    private static (string, string) Of(TaskFailureDetails failure) => (failure.ErrorType, failure.ErrorMessage);

    private sealed record Order(string OrderId, int Total);
}
