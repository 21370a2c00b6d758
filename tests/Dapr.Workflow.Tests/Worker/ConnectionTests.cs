using System.Threading.Channels;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Tests.Hub;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Dapr.Workflow.Tests.Worker;

/// <summary>What happens to work when streams, sidecars and hosts come and go.</summary>
public sealed class ConnectionTests : IAsyncLifetime
{
    private ScriptedHub _hub = null!;

    public async Task InitializeAsync() => _hub = await ScriptedHub.StartAsync();

    public async Task DisposeAsync() => await _hub.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_whose_stream_breaks_opens_another_and_loses_no_running_activity(bool abort)
    {
        var gates = new Gates(1);
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
        var gates = new Gates(1);
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
        var gates = new Gates(1);
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
        var gates = new Gates(1);
        var app = await _hub.AppAsync(options => options.RegisterActivity<int, int>("wait", async (_, n) => await gates.Enter(n)));
        (await _hub.StreamAsync()).Activity("wait", "t1", input: "0");
        await gates.EnteredAsync();

        await ScriptedHub.HappensAsync(
            app.StopAsync(new CancellationToken(canceled: true)).ContinueWith(_ => { }, TaskScheduler.Default), "the host did not stop");
        gates.OpenAll();
    }

    private Task<ActivityResponse> ActivityAsync() => ScriptedHub.NextAsync(_hub.Sidecar.Activities, "no activity was completed");
}
