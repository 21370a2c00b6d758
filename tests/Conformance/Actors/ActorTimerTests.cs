using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Actors;

/// <summary>Timers of actors that are not active: not yet, or not any more.</summary>
public sealed class ActorTimerTests : IAsyncLifetime
{
    private const string Actor = "/v1.0/actors/BrieflyActive/a";

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["BrieflyActive"],"actorIdleTimeout":"200ms"}""");
        sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))],
            }
        );
    }

    public async Task DisposeAsync()
    {
        await sidecar.DisposeAsync();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_timer_fires_after_the_idle_actor_was_deactivated_and_activates_it_again()
    {
        await sidecar.Http.SendAsync("POST", $"{Actor}/method/wake", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", $"{Actor}/timers/t", """{"dueTime":"5s"}""").SucceedsAsync(); // many times the idle timeout
        Assert.Equal("DELETE", (await app.NextAsync("/actors/BrieflyActive/a")).Method);
        await app.NextAsync("/actors/BrieflyActive/a/method/timer/t");
        Assert.Equal("DELETE", (await app.NextAsync("/actors/BrieflyActive/a")).Method);
    }

    [Fact]
    public async Task Registering_a_timer_does_not_activate_its_actor()
    {
        await sidecar.Http.SendAsync("POST", $"{Actor}/timers/t", """{"dueTime":"1h"}""").SucceedsAsync();
        await sidecar
            .Http.SendAsync("POST", $"{Actor}/state", """[{"operation":"upsert","request":{"key":"k","value":1}}]""")
            .FailsAsync(400, "ERR_ACTOR_INSTANCE_MISSING");
    }
}
