using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>Unusual events that are delivered all the same, and the metadata of each delivery.</summary>
public sealed class UnusualEventTests : IAsyncLifetime
{
    private HttpApp app = null!;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task An_event_with_non_text_trace_attributes_is_delivered()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await StartAsync();
        foreach (
            var attribute in new[]
            {
                "\"traceid\":12345",
                "\"traceparent\":12345",
                "\"traceparent\":{\"x\":1}",
                "\"traceid\":true",
                "\"tracestate\":[1]",
            }
        )
        {
            await sidecar
                .Http.SendAsync(
                    "POST",
                    "/v1.0/publish/events/t",
                    $$"""{"specversion":"1.0","id":"a","source":"b","type":"c","datacontenttype":"text/plain","data":"hello",{{attribute}}}""",
                    "application/cloudevents+json"
                )
                .SucceedsAsync();
            await app.NextAsync("/t");
        }
    }

    [Fact]
    public async Task A_rule_without_a_condition_matches_every_event()
    {
        await using var sidecar = await StartAsync(
            """
            apiVersion: dapr.io/v2alpha1
            kind: Subscription
            metadata: { name: all }
            spec:
              pubsubname: events
              topic: t
              routes:
                rules:
                - { path: /all, match: "" }
            """
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "{}").SucceedsAsync();
        await app.NextAsync("/all");
    }

    [Fact]
    public async Task Startup_queries_carry_the_app_id_and_each_event_the_app_token()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "queried",
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory")],
                Environment = new Dictionary<string, string> { ["APP_API_TOKEN"] = "token" },
            }
        );
        Assert.Equal("queried", (await app.NextAsync("/dapr/config")).Headers["dapr-app-id"]);
        Assert.Equal("queried", (await app.NextAsync("/dapr/subscribe")).Headers["dapr-app-id"]);
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "{}").SucceedsAsync();
        Assert.Equal("token", (await app.NextAsync("/t")).Headers["dapr-api-token"]);
    }

    private Task<TestedSidecar> StartAsync(params string[] subscriptions) =>
        TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory"), .. subscriptions] }
        );
}
