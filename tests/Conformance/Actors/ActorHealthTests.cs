using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.Actors;

/// <summary>Actors of an app that fails its health probes for a while.</summary>
public sealed class ActorHealthTests
{
    private const string Actor = "/v1.0/actors/Patient/a";

    [Fact]
    public async Task Reminders_timers_and_calls_wait_while_the_app_is_unhealthy()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["Patient"]}""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))],
                Flags =
                [
                    "--enable-app-health-check",
                    "--app-health-probe-interval=1",
                    "--app-health-probe-timeout=1000",
                    "--app-health-threshold=1",
                ],
            }
        );
        await sidecar.Http.SendAsync("POST", $"{Actor}/method/wake", "").SucceedsAsync(200);
        // By then the app has been found unhealthy, also on a busy machine.
        var due = TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(12);
        await sidecar.Grpc.RegisterActorReminderAsync(
            new()
            {
                ActorType = "Patient",
                ActorId = "a",
                Name = "once",
                DueTime = "12s",
                FailurePolicy = new JobFailurePolicy { Drop = new() },
            }
        );
        await sidecar.Http.SendAsync("POST", $"{Actor}/timers/tick", """{"dueTime":"12s","period":"1s"}""").SucceedsAsync();

        app.Answers("/actors/Patient/b/method/hangs", (_, context) =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default)
        );
        var hanging = sidecar.Http.SendAsync("POST", "/v1.0/actors/Patient/b/method/hangs", "");
        await app.NextAsync("/actors/Patient/b/method/hangs");

        app.Answers("/healthz", 500);
        await Eventually.UntilAsync(
            async () =>
            {
                using var answer = await sidecar.Http.GetAsync($"/v1.0/invoke/{sidecar.AppId}/method/hi");
                return !answer.IsSuccessStatusCode;
            },
            "the app did not become unhealthy"
        );
        await Eventually.UntilAsync(
            async () => await StatusAsync(sidecar) == ActorRuntime.Types.ActorRuntimeStatus.Initializing,
            "the actor types stayed registered"
        );
        await hanging.OrFail("the running call did not end").FailsAsync(500, "ERR_ACTOR_INVOKE_METHOD");
        using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            sidecar.Http.PostAsync($"{Actor}/method/refused", null, impatient.Token)
        );
        await Eventually.UntilAsync(
            () => Task.FromResult(TimeProvider.System.GetUtcNow() > due + TimeSpan.FromMilliseconds(500)),
            "time passed"
        );
        Assert.True(app.GotNothingMore("/actors/Patient/a/method/refused"));
        Assert.True(app.GotNothingMore("/actors/Patient/a/method/remind/once"));
        Assert.True(app.GotNothingMore("/actors/Patient/a/method/timer/tick"));
        Assert.True(app.GotNothingMore("/actors/Patient/a")); // an unhealthy app is not notified of the end of its actors

        var waiting = sidecar.Http.SendAsync("POST", $"{Actor}/method/waiting", "");
        app.Answers("/healthz", 200);
        await waiting.SucceedsAsync(200);
        await app.NextAsync("/actors/Patient/a/method/remind/once");
        await app.NextAsync("/actors/Patient/a/method/timer/tick");
        Assert.Equal(ActorRuntime.Types.ActorRuntimeStatus.Running, await StatusAsync(sidecar));
    }

    private static async Task<ActorRuntime.Types.ActorRuntimeStatus> StatusAsync(TestedSidecar sidecar) =>
        (await sidecar.Grpc.GetMetadataAsync(new())).ActorRuntime.RuntimeStatus;
}
