using System.Diagnostics;
using System.Threading.Channels;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Tests.Hub;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
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
        var gates = Gates(3);
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_whose_stream_breaks_opens_another_and_loses_no_running_activity(bool abort)
    {
        var gates = Gates(1);
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n)));
        var first = await _hub.StreamAsync();
        first.Activity("wait", "t1", input: "0");
        await gates.EnteredAsync();

        if (abort)
        {
            first.Abort();
        }
        else
        {
            first.End();
        }

        await _hub.StreamAsync();
        gates.OpenAll();

        var done = await ActivityAsync();
        Assert.Equal(("t1", "0"), (done.CompletionToken, done.Result));
    }

    [Fact]
    public async Task An_activity_handed_out_again_while_it_runs_is_not_begun_twice()
    {
        var gates = Gates(1);
        await _hub.AppAsync(options =>
        {
            options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n));
            options.RegisterActivity<int, int>("other", (_, n) => Task.FromResult(n));
        });
        var first = await _hub.StreamAsync();
        first.Activity("wait", "old", input: "0");
        await gates.EnteredAsync();
        first.Abort();

        var second = await _hub.StreamAsync();
        second.Activity("wait", "new", input: "0");
        second.Activity("other", "after", task: 1);
        await ActivityAsync();
        gates.OpenAll();

        Assert.Equal("new", (await ActivityAsync()).CompletionToken);
        Assert.False(gates.Entered.Reader.TryPeek(out _), "the activity was begun a second time");
    }

    [Fact]
    public async Task A_result_waits_for_a_sidecar_that_is_away()
    {
        _hub.Sidecar.Refuse(StatusCode.Unavailable, StatusCode.Unavailable);
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("a", (_, n) => Task.FromResult(n)));

        (await _hub.StreamAsync()).Activity("a", "t1", input: "1");

        Assert.Equal("1", (await ActivityAsync()).Result);
    }

    [Fact]
    public async Task A_result_the_sidecar_no_longer_wants_is_dropped_and_work_goes_on()
    {
        _hub.Sidecar.Refuse(StatusCode.Unknown);
        await _hub.AppAsync(options => options.RegisterActivity<int, int>("a", (_, n) => Task.FromResult(n)));
        var stream = await _hub.StreamAsync();

        stream.Activity("a", "t1");
        stream.Activity("a", "t2", task: 1);

        // Which of the two is refused is up to their order of arrival; the other one comes, and it alone.
        await ActivityAsync();
        Assert.False(_hub.Sidecar.Activities.Reader.TryPeek(out _));
    }

    [Fact]
    public async Task A_result_too_large_for_the_sidecar_becomes_a_failure_of_that_activity()
    {
        _hub.Sidecar.Refuse(StatusCode.ResourceExhausted);
        await _hub.AppAsync(options => options.RegisterActivity<int, string>("a", (_, _) => Task.FromResult(new string('x', 100))));

        (await _hub.StreamAsync()).Activity("a", "t1");

        var done = await ActivityAsync();
        Assert.Equal(("PayloadTooLarge", "t1"), (done.FailureDetails.ErrorType, done.CompletionToken));
    }

    [Fact]
    public async Task Messages_may_be_larger_than_gRPC_allows_by_default()
    {
        await _hub.AppAsync(options => options.RegisterActivity<string, string>("echo", (_, text) => Task.FromResult(text)));
        var large = $"\"{new string('x', 5 * 1024 * 1024)}\"";

        (await _hub.StreamAsync()).Activity("echo", "t1", input: large);

        Assert.Equal(large.Length, (await ActivityAsync()).Result.Length);
    }

    [Fact]
    public async Task A_silent_stream_is_kept_alive_by_a_greeting_every_half_minute()
    {
        var time = new FakeTimeProvider();
        var greetings = Channel.CreateUnbounded<Empty>();
        _hub.Sidecar.Answer(
            (Empty greeting) =>
            {
                greetings.Writer.TryWrite(greeting);
                return greeting;
            },
            "Hello");
        await _hub.AppAsync(
            options => options.RegisterActivity<int, int>("a", (_, n) => Task.FromResult(n)),
            builder => builder.Services.AddSingleton<TimeProvider>(time));
        (await _hub.StreamAsync()).Activity("a", "t1");
        await ActivityAsync();

        time.Advance(TimeSpan.FromSeconds(30));

        await ScriptedHub.NextAsync(greetings, "the worker sent no greeting");
    }

    [Fact]
    public async Task A_stopping_host_takes_no_more_work_and_finishes_what_runs()
    {
        var gates = Gates(1);
        var app = await _hub.AppAsync(options => options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n)));
        var stream = await _hub.StreamAsync();
        stream.Activity("wait", "t1", input: "0");
        await gates.EnteredAsync();

        var stopping = app.StopAsync();
        await ScriptedHub.HappensAsync(stream.Closed, "the worker did not close its stream");
        Assert.False(stopping.IsCompleted);
        gates.OpenAll();

        await ScriptedHub.HappensAsync(stopping, "the host did not stop");
        Assert.Equal("t1", (await ActivityAsync()).CompletionToken);
    }

    [Fact]
    public async Task Work_that_does_not_end_in_time_does_not_hold_up_the_host()
    {
        var gates = Gates(1);
        var app = await _hub.AppAsync(options => options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n)));
        (await _hub.StreamAsync()).Activity("wait", "t1", input: "0");
        await gates.EnteredAsync();

        await ScriptedHub.HappensAsync(
            app.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default), "the host did not stop");
        gates.OpenAll();
    }

    private static Gates Gates(int count) => new(count);

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
