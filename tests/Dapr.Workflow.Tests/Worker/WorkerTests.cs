using System.Diagnostics;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Tests.Hub;
using static Dapr.Workflow.Tests.Replay.Given;

namespace Dapr.Workflow.Tests.Worker;

public sealed class WorkerTests : IAsyncLifetime
{
    private ScriptedHub _hub = null!;

    public async Task InitializeAsync() => _hub = await ScriptedHub.StartAsync();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Fact]
    public async Task An_activity_is_run_and_handed_in_under_its_token()
    {
        await _hub.AppAsync(options => options.RegisterActivity<int, string>(
            "double", (context, n) => Task.FromResult($"{n * 2} {context.Identifier} {context.InstanceId} {context.TaskExecutionKey}")));

        (await _hub.StreamAsync()).Activity("DOUBLE", "t1", task: 3, input: "21");

        var done = await ActivityAsync();
        Assert.Equal(("order-1", 3, "t1"), (done.InstanceId, done.TaskId, done.CompletionToken));
        Assert.Equal("\"42 DOUBLE order-1 execution-3\"", done.Result);
    }

    [Fact]
    public async Task What_an_activity_throws_is_its_result()
    {
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("bad", (_, _) => throw new FormatException("no")));
        var stream = await _hub.StreamAsync();

        stream.Activity("bad", "t1");
        var failed = (await ActivityAsync()).FailureDetails;
        stream.Activity("missing", "t2");
        var missing = (await ActivityAsync()).FailureDetails;

        Assert.Equal(("System.FormatException", "no"), (failed.ErrorType, failed.ErrorMessage));
        Assert.Equal(("ActivityNotFoundException", "Activity 'missing' not found"), (missing.ErrorType, missing.ErrorMessage));
    }

    [Fact]
    public async Task A_class_that_cannot_be_made_fails_the_work_alone()
    {
        await _hub.AppAsync(options =>
        {
            options.RegisterActivity<NeedsUnknown>();
            options.RegisterWorkflow<NeedsUnknownToo>("flow");
        });
        var stream = await _hub.StreamAsync();

        stream.Activity(nameof(NeedsUnknown), "t1");
        stream.Turn("t2", TurnStarted(), Started());

        Assert.StartsWith("Activity 'NeedsUnknown' failed to activate: ", (await ActivityAsync()).FailureDetails.ErrorMessage);
        Assert.StartsWith("Workflow 'flow' failed to activate: ", (await TurnAsync()).Actions[0].CompleteWorkflow.FailureDetails.ErrorMessage);
    }

    [Fact]
    public async Task A_turn_is_answered_under_its_token()
    {
        await _hub.AppAsync(options => options.RegisterWorkflow<string, int>("flow", (context, _) => context.CallActivityAsync<int>("a")));

        (await _hub.StreamAsync()).Turn("t1", TurnStarted(), Started());

        var turn = await TurnAsync();
        Assert.Equal(("order-1", "t1", "a"), (turn.InstanceId, turn.CompletionToken, Assert.Single(turn.Actions).ScheduleTask.Name));
    }

    [Fact]
    public async Task A_history_too_long_for_the_work_item_is_fetched()
    {
        await _hub.AppAsync(options => options.RegisterWorkflow<string, int>("flow", (context, _) => context.CallActivityAsync<int>("a")));
        _hub.Sidecar.Answer((GetInstanceHistoryRequest _) => new GetInstanceHistoryResponse
        {
            Events = { TurnStarted(), Started(), Scheduled(0, "a") },
        }, "GetInstanceHistory");

        (await _hub.StreamAsync()).Send(new WorkItem
        {
            WorkflowRequest = new WorkflowRequest { InstanceId = "order-1", RequiresHistoryStreaming = true, NewEvents = { TurnStarted(10), Completed(0, "5") } },
        });

        Assert.Equal("5", Assert.Single((await TurnAsync()).Actions).CompleteWorkflow.Result);
    }

    [Fact]
    public async Task Every_call_carries_the_token_of_the_app()
    {
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("a", (_, n) => Task.FromResult(n)));

        (await _hub.StreamAsync()).Activity("a", "t1");
        await ActivityAsync();

        Assert.All(_hub.Sidecar.Calls, call => Assert.Equal("secret", call.Headers.GetValue("dapr-api-token")));
        Assert.Equal(["GetWorkItems", "CompleteActivityTask"], _hub.Sidecar.Calls.Select(call => call.Method));
    }

    [Fact]
    public async Task The_trace_of_the_caller_goes_on_in_the_activity_and_its_completion()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await _hub.AppAsync(options => options.RegisterActivity<int, string>("a", (_, _) => Task.FromResult(Activity.Current!.TraceId.ToString())));

        (await _hub.StreamAsync()).Activity("a", "t1", traceParent: $"00-{Trace}-b7ad6b7169203331-01");

        Assert.Equal($"\"{Trace}\"", (await ActivityAsync()).Result);
        Assert.Contains(Trace, _hub.Sidecar.Calls.Last().Headers.GetValue("traceparent"));
    }

    [Fact]
    public async Task A_malformed_trace_harms_nothing()
    {
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("a", (_, n) => Task.FromResult(n)));

        (await _hub.StreamAsync()).Activity("a", "t1", input: "1", traceParent: "|not-a-trace");

        Assert.Equal("1", (await ActivityAsync()).Result);
    }

    [Fact]
    public async Task Activities_run_side_by_side_up_to_the_limit()
    {
        var gates = new Gates(3);
        await _hub.AppAsync(options =>
        {
            options.MaxConcurrentActivities = 2;
            options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n));
        });
        var stream = await _hub.StreamAsync();
        for (var n = 0; n < 3; n++)
        {
            stream.Activity("wait", $"t{n}", task: n, input: $"{n}");
        }

        var running = await Task.WhenAll(gates.EnteredAsync(), gates.EnteredAsync());
        Assert.False(gates.Entered.Reader.TryPeek(out _));
        gates.Open(running[0]);

        Assert.Equal($"t{running[0]}", (await ActivityAsync()).CompletionToken);
        await gates.EnteredAsync();
        gates.OpenAll();
    }

    private Task<ActivityResponse> ActivityAsync() => ScriptedHub.NextAsync(_hub.Sidecar.Activities, "no activity was completed");

    private Task<WorkflowResponse> TurnAsync() => ScriptedHub.NextAsync(_hub.Sidecar.Turns, "no turn was completed");

    private sealed class NeedsUnknown(IFormatProvider unknown) : WorkflowActivity<int, int>
    {
        public override Task<int> RunAsync(WorkflowActivityContext context, int input) => Task.FromResult(unknown.GetHashCode());
    }

    private sealed class NeedsUnknownToo(IFormatProvider unknown) : Workflow<int, int>
    {
        public override Task<int> RunAsync(WorkflowContext context, int input) => Task.FromResult(unknown.GetHashCode());
    }
}
