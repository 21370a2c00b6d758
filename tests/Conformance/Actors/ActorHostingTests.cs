using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Status = Dapr.Client.Autogen.Grpc.v1.ActorRuntime.Types.ActorRuntimeStatus;

namespace Conformance.Actors;

/// <summary>From when on, and until when, an app hosts actors.</summary>
[Collection(HostsOfCounter.Name)]
public sealed class ActorHostingTests : IAsyncLifetime
{
    private static readonly string Store = Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"));

    private HttpApp app = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["Counter"]}""");
    }

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Actor_calls_wait_until_the_app_has_reported_its_actor_types()
    {
        var go = new TaskCompletionSource();
        app.Answers("/dapr/config", async (_, context) =>
        {
            await go.Task;
            await context.Response.WriteAsync("""{"entities":["Counter"]}""");
        });
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Store],
                AwaitReady = false,
            }
        );
        await app.NextAsync("/dapr/config");

        var before = (await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync()).GetProperty("actorRuntime");
        Assert.Equal("""{"runtimeStatus":"INITIALIZING","hostReady":false}""", before.GetRawText());
        Assert.Equal(Status.Initializing, (await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.RuntimeStatus);
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            sidecar.Http.PostAsync("/v1.0/actors/Counter/a/method/m", null, impatient.Token)
        );

        var waiting = sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/m", "");
        go.SetResult();
        await waiting.SucceedsAsync(200);
        var after = (await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync()).GetProperty("actorRuntime");
        Assert.Equal("""[{"type":"Counter","count":1}]""", after.GetProperty("activeActors").GetRawText());
        Assert.Equal("RUNNING", after.GetProperty("runtimeStatus").GetString());
    }

    [Fact]
    public async Task A_call_of_an_actor_type_without_a_host_waits_for_one()
    {
        var go = new TaskCompletionSource();
        app.Answers("/dapr/config", async (_, context) =>
        {
            await go.Task;
            await context.Response.WriteAsync("""{"entities":["Latecomer"]}""");
        });
        await using var caller = await TestedSidecar.StartAsync(new SidecarOptions());
        await using var host = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Store],
                AwaitReady = false,
            }
        );
        await app.NextAsync("/dapr/config");
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(500));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            caller.Http.PostAsync("/v1.0/actors/Latecomer/a/method/m", null, impatient.Token)
        );

        var waiting = caller.Http.SendAsync("POST", "/v1.0/actors/Latecomer/a/method/m", "");
        go.SetResult();
        await waiting.SucceedsAsync(200);
    }

    [Fact]
    public async Task Metadata_list_an_actor_type_without_active_actors_without_a_count()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
        var reported = await (await sidecar.Http.GetAsync("/v1.0/metadata")).JsonAsync();
        Assert.Equal("""[{"type":"Counter"}]""", reported.GetProperty("actorRuntime").GetProperty("activeActors").GetRawText());
        Assert.Equal(
            new ActiveActorsCount { Type = "Counter" },
            Assert.Single((await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.ActiveActors)
        );
    }

    [Fact]
    public async Task Without_an_actor_state_store_no_actor_type_is_hosted()
    {
        app.Answers("/dapr/config", 200, """{"entities":["Storeless"]}""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [LookupPolicy.Once("Storeless")] }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Storeless/a/method/m", "").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        await sidecar
            .Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = "Storeless",
                    ActorId = "a",
                    Method = "m",
                }
            )
            .FailsAsync(StatusCode.FailedPrecondition);
        Assert.True(app.GotNothingMore("/actors/Storeless/a/method/m"));
        Assert.Empty((await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.ActiveActors);
    }

    [Fact]
    public async Task Actors_are_deactivated_when_their_sidecar_stops()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/m", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/b/method/m", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.Equal("DELETE", (await app.NextAsync("/actors/Counter/a")).Method);
        Assert.Equal("DELETE", (await app.NextAsync("/actors/Counter/b")).Method);
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Theory]
    [InlineData("\"drainRebalancedActors\":false")]
    [InlineData("\"drainOngoingCallTimeout\":\"1ms\"")]
    public async Task A_call_longer_than_its_apps_drain_time_is_cancelled_at_the_end_and_its_actor_deactivated(string setting)
    {
        app.Answers("/dapr/config", 200, $$"""{"entities":["Counter"],{{setting}}}""");
        var cancelled = new TaskCompletionSource<bool>();
        app.Answers("/actors/Counter/a/method/endless", async (_, context) =>
        {
            await using var registration = context.RequestAborted.Register(() => cancelled.TrySetResult(true));
            await cancelled.Task;
        });
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
        var call = sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/endless", "");
        await app.NextAsync("/actors/Counter/a/method/endless");

        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();

        await cancelled.Task.OrFail("the call was not cancelled");
        Assert.Equal("DELETE", (await app.NextAsync("/actors/Counter/a")).Method);
        await Task.WhenAny(call); // answered or cut off
    }

    [Fact]
    public async Task A_call_within_its_apps_drain_time_is_answered_although_its_sidecar_ends()
    {
        app.Answers("/dapr/config", 200, """{"entities":["Counter"],"drainOngoingCallTimeout":"20s"}""");
        var go = new TaskCompletionSource();
        app.Answers("/actors/Counter/a/method/long", async (_, context) =>
        {
            await go.Task;
            await context.Response.WriteAsync("done");
        });
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
        var call = sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/a/method/long", "");
        await app.NextAsync("/actors/Counter/a/method/long");
        await sidecar.Http.SendAsync("POST", "/v1.0/shutdown").SucceedsAsync();
        Assert.False(sidecar.Ended.IsCompleted);

        go.SetResult();

        Assert.Equal("done", await (await call).TextAsync());
        Assert.Equal("DELETE", (await app.NextAsync("/actors/Counter/a")).Method);
        Assert.Equal(0, await sidecar.Ended.OrFail("the sidecar did not end"));
    }

    [Fact]
    public async Task A_deadlock_of_actor_calls_without_reentrancy_ends_when_the_caller_disconnects()
    {
        await using var sidecar = await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] });
        app.Answers("/actors/Counter/a/method/outer", async (_, _) =>
            (await sidecar.Http.PostAsync("/v1.0/actors/Counter/b/method/middle", null)).Dispose()
        );
        app.Answers("/actors/Counter/b/method/middle", async (_, _) =>
            (await sidecar.Http.PostAsync("/v1.0/actors/Counter/a/method/inner", null)).Dispose()
        );
        using var patience = new CancellationTokenSource();
        var outer = sidecar.Http.PostAsync("/v1.0/actors/Counter/a/method/outer", null, patience.Token);
        await app.NextAsync("/actors/Counter/b/method/middle");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/c/method/other", "").SucceedsAsync(200);
        Assert.True(app.GotNothingMore("/actors/Counter/a/method/inner"));
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => outer);
        await app.NextAsync("/actors/Counter/a/method/inner");
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/Counter/b/method/free", "").SucceedsAsync(200);
    }

    [Fact]
    public async Task An_actor_is_called_from_another_process_until_its_own_sidecar_stops()
    {
        app.Answers("/dapr/config", 200, """{"entities":["Faraway"]}""");
        app.Answers("/actors/Faraway/a/method/add", async (received, context) =>
        {
            context.Response.Headers["x-own"] = received.Header("x-given");
            await context.Response.WriteAsync(received.Text + received.Query);
        });
        app.Answers("/actors/Faraway/a/method/bad", 500, "no");
        await using var caller = await TestedSidecar.StartAsync(new SidecarOptions { Resources = [LookupPolicy.Once("Faraway")] });
        await using (await TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = [Store] }))
        {
            using var answer = await caller.Http.SendAsync("POST", "/v1.0/actors/Faraway/a/method/add?x=1", "3", headers: ("x-given", "y"));
            Assert.Equal(("3?x=1", "y"), (await answer.TextAsync(), answer.Headers.GetValues("x-own").Single()));
            Assert.Equal(
                "4",
                (
                    await caller.Grpc.InvokeActorAsync(
                        new()
                        {
                            ActorType = "Faraway",
                            ActorId = "a",
                            Method = "add",
                            Data = Google.Protobuf.ByteString.CopyFromUtf8("4"),
                        }
                    )
                ).Data.ToStringUtf8()
            );
            await caller
                .Grpc.InvokeActorAsync(
                    new()
                    {
                        ActorType = "Faraway",
                        ActorId = "a",
                        Method = "bad",
                    }
                )
                .FailsAsync(StatusCode.Internal, "error invoke actor method: error from actor service: (500) no");
            await caller
                .Http.SendAsync("POST", "/v1.0/actors/Faraway/a/method/bad", "")
                .FailsAsync(
                    500,
                    "ERR_ACTOR_INVOKE_METHOD",
                    "error invoke actor method: rpc error: code = Internal desc = "
                        + "error invoke actor method: error from actor service: (500) no"
                );
            await caller
                .Http.SendAsync("POST", "/v1.0/actors/Faraway/a/reminders/r", """{"dueTime":"0s"}""")
                .FailsAsync(403, "ERR_ACTOR_REMINDER_NON_HOSTED");
        }
        // A target of its own is not looked up again, and on daprd the caller may still have the address of the process that has ended.
        await Eventually.UntilAsync(
            async () => await FailureAsync(caller, "Faraway") == StatusCode.FailedPrecondition,
            "the type stayed hosted"
        );
    }

    private static async Task<StatusCode> FailureAsync(TestedSidecar caller, string type)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            await caller.Grpc.InvokeActorAsync(
                new()
                {
                    ActorType = type,
                    ActorId = "a",
                    Method = "add",
                }
            )
        );
        return failure.StatusCode;
    }
}
