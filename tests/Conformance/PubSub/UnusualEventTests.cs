using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>Unusual events that are delivered all the same, and the metadata of each delivery.</summary>
public sealed class UnusualEventTests : IAsyncLifetime
{
    private const string Given = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

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

    [Theory]
    [InlineData("\"2020-01-01\"")]
    [InlineData("\"2020-01-01 00:00:00Z\"")]
    [InlineData("20200101")]
    public async Task An_event_whose_expiration_is_no_complete_time_is_delivered(string expiration)
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await StartAsync();
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/events/t",
                $$"""{"specversion":"1.0","id":"a","source":"b","type":"c","data":"x","expiration":{{expiration}}}""",
                "application/cloudevents+json"
            )
            .SucceedsAsync();
        Assert.Equal(expiration, (await app.NextAsync("/t")).Json.GetProperty("expiration").GetRawText());
    }

    [Fact]
    public async Task An_event_is_written_in_UTF8_at_any_depth()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await StartAsync();
        var data = $"{new string('[', 100)}\"grün 😀\"{new string(']', 100)}";
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", data).SucceedsAsync();
        Assert.Contains(data, (await app.NextAsync("/t")).Text, StringComparison.Ordinal);
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
    public async Task The_state_of_a_trace_stays_in_the_envelope()
    {
        const string trace = "0af7651916cd43dd8448eb211c80319c";
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t"}]""");
        await using var sidecar = await StartAsync();
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/events/t",
                "{}",
                "application/json",
                ("traceparent", $"00-{trace}-b7ad6b7169203331-01"),
                ("tracestate", "k=v")
            )
            .SucceedsAsync();
        var got = await app.NextAsync("/t");
        Assert.Contains(trace, got.Header("traceparent"), StringComparison.Ordinal);
        Assert.Equal((null, "k=v"), (got.Header("tracestate"), got.Json.GetProperty("tracestate").GetString()));
    }

    [Fact]
    public async Task Metadata_of_an_event_are_headers_except_those_of_the_connection_and_a_second_trace()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"t","route":"/t","metadata":{"rawPayload":"true"}}]""");
        await using var sidecar = await StartAsync();
        await sidecar
            .Http.SendAsync(
                "POST",
                $"/v1.0/publish/events/t?metadata.rawPayload=true&metadata.traceparent={Given}&metadata.tracestate=k%3Dv"
                    + "&metadata.colour=blue&metadata.upgrade=x&metadata.trailer=y&metadata.token-bin=YQ",
                "{}"
            )
            .SucceedsAsync();
        var got = await app.NextAsync("/t");
        Assert.Equal(
            [Given, "k=v", "blue", null, null, null],
            new[] { "traceparent", "tracestate", "colour", "upgrade", "trailer", "token-bin" }.Select(got.Header)
        );
        await sidecar.Grpc.PublishEventAsync(
            new()
            {
                PubsubName = "events",
                Topic = "t",
                Metadata = { ["rawPayload"] = "true" },
            }
        );
        Assert.Null((await app.NextAsync("/t")).Header("tracestate"));
    }

    [Fact]
    public async Task An_event_without_a_trace_gets_that_of_its_metadata_for_rules_and_headers()
    {
        app.Subscribes(
            $$$"""
            [{"pubsubname":"events","topic":"t","routes":{"rules":[
              {"match":"event.traceid == '{{{Given}}}' && event.tracestate == 'k=v'","path":"/traced"}],"default":"/other"}}]
            """
        );
        await using var sidecar = await StartAsync();
        const string envelope = """{"id":"a","specversion":"1.0","source":"s","type":"t","datacontenttype":"text/plain","data":"x"}""";
        await sidecar
            .Http.SendAsync(
                "POST",
                $"/v1.0/publish/events/t?metadata.rawPayload=true&metadata.traceparent={Given}&metadata.tracestate=k%3Dv",
                envelope
            )
            .SucceedsAsync();
        var got = await app.NextAsync("/traced");
        Assert.Equal((Given, envelope), (got.Header("traceparent"), got.Text));
    }

    [Fact]
    public async Task A_bulk_carries_a_trace_and_metadata_for_each_event()
    {
        app.Subscribes(
            """[{"pubsubname":"events","topic":"t","route":"/t","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":50}}]"""
        );
        await using var sidecar = await StartAsync();
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "{}").SucceedsAsync();
        var got = await app.NextAsync("/t");
        Assert.NotNull(got.Header("traceparent"));
        Assert.Equal("{}", Metadata(got));

        const string bulk = """[{"entryId":"1","event":"a","contentType":"text/plain"}]""";
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/bulk/events/t?metadata.colour=blue", bulk).SucceedsAsync();
        Assert.Equal("null", Metadata(await app.NextAsync("/t")));
        await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/publish/bulk/events/t?metadata.colour=blue",
                bulk.Replace("}]", ",\"metadata\":{}}]", StringComparison.Ordinal)
            )
            .SucceedsAsync();
        Assert.Equal("""{"colour":"blue"}""", Metadata(await app.NextAsync("/t")));

        static string Metadata(Received received) => received.Json.GetProperty("entries")[0].GetProperty("metadata").GetRawText();
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
