using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Actors;

/// <summary>The settings of actor types: those of the app, and those of one type in <c>entitiesConfig</c>.</summary>
public sealed class ActorTypeSettingsTests
{
    private const string Reentrancy = "Dapr-Reentrancy-Id";

    [Fact]
    public async Task A_type_with_entries_of_its_own_has_only_the_settings_of_the_last_one()
    {
        await using var app = await HttpApp.StartAsync();
        app.Answers(
            "/dapr/config",
            200,
            """
            {
              "entities": ["OwnSettings", "AppSettings"],
              "actorIdleTimeout": "100ms",
              "reentrancy": { "enabled": true },
              "entitiesConfig": [
                { "entities": ["OwnSettings"], "actorIdleTimeout": "100ms", "reentrancy": { "enabled": true } },
                { "entities": ["OwnSettings"] }
              ]
            }
            """
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("actors", "state.in-memory", ("actorStateStore", "true"))],
            }
        );

        await sidecar.Http.SendAsync("POST", "/v1.0/actors/OwnSettings/a/method/m", "").SucceedsAsync(200);
        await sidecar.Http.SendAsync("POST", "/v1.0/actors/AppSettings/a/method/m", "").SucceedsAsync(200);

        Assert.Null((await app.NextAsync("/actors/OwnSettings/a/method/m")).Header(Reentrancy));
        Assert.NotNull((await app.NextAsync("/actors/AppSettings/a/method/m")).Header(Reentrancy));
        Assert.Equal("DELETE", (await app.NextAsync("/actors/AppSettings/a")).Method);
        Assert.True(app.GotNothingMore("/actors/OwnSettings/a"));
    }
}
