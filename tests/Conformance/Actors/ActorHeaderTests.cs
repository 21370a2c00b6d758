using Conformance.Apps;
using Conformance.Running;

namespace Conformance.Actors;

/// <summary>The headers that pass between the caller of an actor and its app.</summary>
public sealed class ActorHeaderTests : IAsyncLifetime
{
    private const string Method = "/actors/Headed/a/method/m";

    private HttpApp app = null!;
    private TestedSidecar sidecar = null!;

    public async Task InitializeAsync()
    {
        app = await HttpApp.StartAsync();
        app.Answers("/dapr/config", 200, """{"entities":["Headed"]}""");
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
    public async Task Metadata_that_describe_a_connection_or_a_body_do_not_reach_the_app()
    {
        await sidecar.Grpc.InvokeActorAsync(
            new()
            {
                ActorType = "Headed",
                ActorId = "a",
                Method = "m",
                Metadata =
                {
                    ["connection"] = "x-nominated",
                    ["x-nominated"] = "test-value",
                    ["proxy-authorization"] = "test-value",
                    ["host"] = "test-value",
                    ["content-type"] = "test-value",
                    ["x-custom"] = "kept",
                },
            }
        );
        await DemandOnlyCustomAsync();
    }

    [Fact]
    public async Task Headers_of_the_clients_connection_do_not_reach_the_app()
    {
        await sidecar
            .Http.SendAsync(
                "POST",
                $"/v1.0{Method}",
                "",
                headers:
                [
                    ("Connection", "x-nominated"),
                    ("X-Nominated", "test-value"),
                    ("Proxy-Authorization", "test-value"),
                    ("X-Custom", "kept"),
                ]
            )
            .SucceedsAsync(200);
        await DemandOnlyCustomAsync();
    }

    [Fact]
    public async Task Headers_of_gRPC_in_an_answer_are_renamed_or_dropped()
    {
        app.Answers(Method, (_, context) =>
        {
            context.Response.Headers["grpc-mine"] = "1";
            context.Response.Headers["X-Mine-Bin"] = "aGk=";
            context.Response.Headers["destination-app-id"] = "faked";
            return Task.CompletedTask;
        });
        using var answer = await sidecar.Http.SendAsync("POST", $"/v1.0{Method}", "");
        Assert.Equal("1", answer.Headers.GetValues("dapr-grpc-mine").Single());
        Assert.All((string[])["grpc-mine", "x-mine-bin", "destination-app-id"], name => Assert.False(answer.Headers.Contains(name)));
    }

    private async Task DemandOnlyCustomAsync()
    {
        var got = await app.NextAsync(Method);
        Assert.Equal("kept", got.Header("X-Custom"));
        Assert.Empty(got.Headers.Where(header => header.Value == "test-value").Select(header => header.Key));
    }
}
