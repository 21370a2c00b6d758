using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf;
using Grpc.Core;

namespace Conformance.Reloading;

/// <summary>Components and subscriptions follow their files while the sidecar runs.</summary>
public sealed class HotReloadTests : IAsyncLifetime
{
    private HttpApp app = null!;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task Components_are_added_changed_and_removed_and_unchanged_ones_keep_their_data()
    {
        await using var sidecar = await StartAsync(Yaml.Component("kept", "state.in-memory"));
        await sidecar.Http.SendAsync("POST", "/v1.0/state/kept", """[{"key":"k","value":1}]""").SucceedsAsync();
        await sidecar.Http.GetAsync("/v1.0/state/other/k").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");

        sidecar.Write(Yaml.Component("other", "state.in-memory") + "\n---\n# a comment\n" + Yaml.Component("kept", "state.in-memory"));
        await ComponentsAsync(sidecar, "kept state.in-memory", "other state.in-memory");
        await sidecar.Http.GetAsync("/v1.0/state/kept/k").SucceedsAsync(200, "1");
        await sidecar.Http.SendAsync("POST", "/v1.0/state/other", """[{"key":"k","value":2}]""").SucceedsAsync();

        sidecar.Write(Yaml.Component("kept", "state.in-memory"));
        sidecar.Write(Yaml.Component("other", "state.sqlite", ("connectionString", "data.db")), 1);
        await ComponentsAsync(sidecar, "kept state.in-memory", "other state.sqlite");
        await sidecar.Http.GetAsync("/v1.0/state/other/k").SucceedsAsync(204);
        await sidecar.Http.GetAsync("/v1.0/state/kept/k").SucceedsAsync(200, "1");

        sidecar.Write("", 1);
        await ComponentsAsync(sidecar, "kept state.in-memory");
        await sidecar.Http.GetAsync("/v1.0/state/other/k").FailsAsync(400, "ERR_STATE_STORE_NOT_FOUND");
    }

    [SkippableFact]
    public async Task Programmatic_subscriptions_start_when_their_broker_is_added()
    {
        Skip.If(TestedSidecar.IsDaprd, TestedSidecar.LacksComponent("pubsub.sqlite"));
        app.Subscribes("""[{"pubsubname":"later","topic":"a","route":"/code"}]""");
        await using var sidecar = await StartAsync("");
        sidecar.Write(Yaml.Component("later", "pubsub.in-memory"));
        await ComponentsAsync(sidecar, "later pubsub.in-memory");
        await DeliveredAsync(sidecar, "later", "/code");

        // Another broker of that name: nothing is left of the first.
        sidecar.Write(Yaml.Component("later", "pubsub.sqlite", ("connectionString", "events.db")));
        await ComponentsAsync(sidecar, "later pubsub.sqlite");
        await DeliveredAsync(sidecar, "later", "/code");

        sidecar.Write("");
        await ComponentsAsync(sidecar);
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/later/a", "1").FailsAsync(404, "ERR_PUBSUB_NOT_FOUND");
    }

    [SkippableFact]
    public async Task Declared_subscriptions_follow_their_files_and_streams_stay_open()
    {
        Skip.If(TestedSidecar.IsDaprd, TestedSidecar.LacksComponent("pubsub.sqlite"));
        await using var sidecar = await StartAsync(Yaml.Component("events", "pubsub.in-memory"), Declared("one", "a", "/before"));
        using var stream = sidecar.Grpc.SubscribeTopicEventsAlpha1();
        await stream.RequestStream.WriteAsync(
            new()
            {
                InitialRequest = new() { PubsubName = "events", Topic = "streamed" },
            }
        );
        Assert.True(await stream.ResponseStream.MoveNext(default).OrFail("the stream did not open"));
        await DeliveredAsync(sidecar, "events", "/before");

        sidecar.Write(Declared("one", "a", "/after"), 1);
        await Eventually.UntilAsync(
            async () =>
                (await MetadataAsync(sidecar)).Subscriptions.Any(subscription =>
                    subscription.Rules?.Rules.Any(rule => rule.Path == "/after") == true
                ),
            "the subscription did not change"
        );
        await DeliveredAsync(sidecar, "events", "/after");
        Assert.True(app.GotNothingMore("/before"));
        await StreamedAsync(sidecar, stream);

        sidecar.Write(Yaml.Component("events", "pubsub.sqlite", ("connectionString", "events.db")));
        await ComponentsAsync(sidecar, "events pubsub.sqlite");
        await DeliveredAsync(sidecar, "events", "/after");
        await StreamedAsync(sidecar, stream);

        sidecar.Write("", 1);
        await Eventually.UntilAsync(
            async () => (await MetadataAsync(sidecar)).Subscriptions is [{ Type: PubsubSubscriptionType.Streaming }],
            "the subscription did not end"
        );
    }

    [Fact]
    public async Task Input_bindings_and_middleware_are_added_and_removed()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Configuration = Yaml.Configuration("appHttpPipeline: { handlers: [{ name: upper, type: middleware.http.uppercase }] }"),
            }
        );
        app.Answers("/echo", async (received, context) => await context.Response.Body.WriteAsync(received.Body));
        var call = $"/v1.0/invoke/{sidecar.AppId}/method/echo";
        await sidecar.Http.SendAsync("POST", call, "hi").SucceedsAsync(200, "hi");
        sidecar.Write(
            Yaml.Component("tick", "bindings.cron", ("schedule", "@every 100ms"), ("direction", "input"))
                + "\n---\n"
                + Yaml.Component("upper", "middleware.http.uppercase")
        );
        await app.NextAsync("/tick");
        await sidecar.Http.SendAsync("POST", call, "hi").SucceedsAsync(200, "HI");
        sidecar.Write("");
        await ComponentsAsync(sidecar);
        await sidecar.Http.SendAsync("POST", call, "hi").SucceedsAsync(200, "hi");
    }

    [Fact]
    public async Task An_app_that_declined_a_binding_is_not_queried_again_when_another_is_added()
    {
        app.Answers("/unwanted", 404);
        await using var sidecar = await StartAsync(Yaml.Component("unwanted", "bindings.cron", ("schedule", "@every 1h")));
        Assert.Equal("OPTIONS", (await app.NextAsync("/unwanted")).Method);
        sidecar.Write(Yaml.Component("tick", "bindings.cron", ("schedule", "@every 100ms")), 1);
        Assert.Equal("OPTIONS", (await app.NextAsync("/tick")).Method);
        Assert.Equal("POST", (await app.NextAsync("/tick")).Method);
        Assert.True(app.GotNothingMore("/unwanted"));
    }

    [Fact]
    public async Task Another_actor_state_store_restarts_the_sidecar()
    {
        await using var sidecar = await StartAsync("");
        sidecar.Write(Yaml.Component("actors", "state.sqlite", ("connectionString", "actors.db"), ("actorStateStore", "true")));
        await Eventually.UntilAsync(
            async () =>
            {
                try
                {
                    return (await MetadataAsync(sidecar)).RegisteredComponents.Count == 1;
                }
                catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled or StatusCode.Internal)
                {
                    return false; // between two beginnings
                }
            },
            "the store is not there"
        );
        sidecar.Write(
            Yaml.Component("second", "state.in-memory", ("actorStateStore", "true"))
                + "\n---\n"
                + Yaml.Component("plain", "state.in-memory"),
            1
        );
        await ComponentsAsync(sidecar, "actors state.sqlite", "plain state.in-memory");
        Assert.Contains(
            "actors is already the actor state store, only one actor state store is allowed",
            sidecar.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_component_that_cannot_be_opened_is_left_out_or_ends_the_sidecar()
    {
        await using var sidecar = await StartAsync(Yaml.Component("a", "state.in-memory"));
        sidecar.Write("kind: [");
        sidecar.Write(Yaml.Component("b", "state.in-memory"), 1);
        await Eventually.UntilAsync(
            () => Task.FromResult(sidecar.Output.Contains("can't be taken up", StringComparison.Ordinal)),
            "the broken file was not reported"
        );
        Assert.Equal("a", Assert.Single((await MetadataAsync(sidecar)).RegisteredComponents).Name);

        sidecar.Write(
            Yaml.Component("a", "state.sqlite").Replace("version: v1", "version: v1\n  ignoreErrors: true", StringComparison.Ordinal)
        );
        await ComponentsAsync(sidecar, "b state.in-memory");
        sidecar.Write(Yaml.Component("a", "state.in-memory"));
        await ComponentsAsync(sidecar, "a state.in-memory", "b state.in-memory");
        Assert.Contains(
            "Ignoring error processing component: process component a error: [INIT_COMPONENT_FAILURE]: initialization error "
                + "occurred for a (state.sqlite/v1):",
            sidecar.Output,
            StringComparison.Ordinal
        );

        sidecar.Write(Yaml.Component("a", "state.sqlite"));
        Assert.Equal(1, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains(
            "Error processing component, daprd will exit gracefully: process component a error:",
            sidecar.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Reloading_with_the_app_down_does_not_end_the_sidecar()
    {
        await using var sidecar = await StartAsync("");
        await app.DisposeAsync();
        sidecar.Write(Yaml.Component("events", "pubsub.in-memory"));
        await ComponentsAsync(sidecar, "events pubsub.in-memory");
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/a", "1").SucceedsAsync();
    }

    [Fact]
    public async Task Two_components_with_one_name_end_the_sidecar()
    {
        await using var sidecar = await StartAsync(Yaml.Component("foo", "pubsub.in-memory"));
        sidecar.Write(Yaml.Component("foo", "state.in-memory"), 1);
        Assert.Equal(1, await sidecar.Ended.OrFail("the sidecar did not end"));
        Assert.Contains(
            "\"Fatal error from runtime: failed to load resources from disk: duplicate definition of Component name foo "
                + "(state.in-memory/v1) with existing foo (pubsub.in-memory/v1)\"",
            sidecar.Output,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task Without_hot_reload_files_are_read_at_the_start_only()
    {
        var folder = Directory.CreateTempSubdirectory("resources-");
        try
        {
            var options = new SidecarOptions { Flags = ["--resources-path", folder.FullName] };
            await using var on = await TestedSidecar.StartAsync(options with { AppId = "on" });
            await using var off = await TestedSidecar.StartAsync(
                options with
                {
                    AppId = "off",
                    Configuration = Yaml.Configuration("features: [{ name: HotReload, enabled: false }]"),
                }
            );
            Assert.Contains("HotReload", (await MetadataAsync(on)).EnabledFeatures);
            Assert.Equal(["WorkflowsRemoteActivityReminder"], (await MetadataAsync(off)).EnabledFeatures);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "store.yaml"), Yaml.Component("store", "state.in-memory"));
            await ComponentsAsync(on, "store state.in-memory");
            Assert.Empty((await MetadataAsync(off)).RegisteredComponents);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private Task<TestedSidecar> StartAsync(params string[] resources) =>
        TestedSidecar.StartAsync(new SidecarOptions { AppPort = app.PortNumber, Resources = resources });

    private static async Task<GetMetadataResponse> MetadataAsync(TestedSidecar sidecar) =>
        await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest());

    private static Task ComponentsAsync(TestedSidecar sidecar, params string[] expected) =>
        Eventually.UntilAsync(
            async () =>
                (await MetadataAsync(sidecar))
                    .RegisteredComponents.Select(component => $"{component.Name} {component.Type}")
                    .Order(StringComparer.Ordinal)
                    .SequenceEqual(expected),
            $"the components were not {string.Join(", ", expected)}"
        );

    private async Task DeliveredAsync(TestedSidecar sidecar, string pubsub, string route)
    {
        await sidecar.Http.SendAsync("POST", $"/v1.0/publish/{pubsub}/a", "1").SucceedsAsync();
        await app.NextAsync(route);
    }

    private static async Task StreamedAsync(
        TestedSidecar sidecar,
        AsyncDuplexStreamingCall<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1> stream
    )
    {
        await sidecar.Grpc.PublishEventAsync(
            new()
            {
                PubsubName = "events",
                Topic = "streamed",
                Data = ByteString.CopyFromUtf8("1"),
            }
        );
        Assert.True(await stream.ResponseStream.MoveNext(default).OrFail("the stream brought nothing"));
        await stream.RequestStream.WriteAsync(
            new()
            {
                EventProcessed = new() { Id = stream.ResponseStream.Current.EventMessage.Id, Status = new() },
            }
        );
    }

    private static string Declared(string name, string topic, string path) =>
        $$"""
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: { name: {{name}} }
            spec: { pubsubname: events, topic: {{topic}}, routes: { default: {{path}} } }
            """;
}
