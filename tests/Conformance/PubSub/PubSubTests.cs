using System.Text.Json;
using Conformance.Apps;
using Conformance.Running;
using Google.Rpc;
using Grpc.Core;
using Protos = Dapr.Client.Autogen.Grpc.v1;

namespace Conformance.PubSub;

public sealed class InMemoryPubSubTests(BrokerSidecars<InMemoryBroker> fixture) : PubSubTests<InMemoryBroker>(fixture);

public sealed class SqlitePubSubTests(BrokerSidecars<SqliteBroker> fixture) : PubSubTests<SqliteBroker>(fixture);

public sealed class RedisPubSubTests(BrokerSidecars<RedisBroker> fixture) : PubSubTests<RedisBroker>(fixture);

public sealed class RabbitPubSubTests(BrokerSidecars<RabbitBroker> fixture) : PubSubTests<RabbitBroker>(fixture);

/// <summary>
/// Publishing and subscribing, the same for every broker. Tests of one class run one after the other, so the next event at a path is the
/// own one.
/// </summary>
public abstract partial class PubSubTests<TDriver> : IClassFixture<BrokerSidecars<TDriver>>
    where TDriver : BrokerDriver, new()
{
    private readonly BrokerSidecars<TDriver> fixture;

    protected PubSubTests(BrokerSidecars<TDriver> fixture)
    {
        Skip.IfNot(fixture.Driver.Missing is null, fixture.Driver.Missing);
        this.fixture = fixture;
    }

    private HttpClient Http => fixture.Sidecar.Http;

    private HttpApp App => fixture.App;

    private Protos.Dapr.DaprClient Grpc => fixture.Sidecar.Grpc;

    [SkippableFact]
    public async Task An_event_arrives_as_a_CloudEvent_with_Daprs_attributes()
    {
        await PublishAsync("plain", """{"n":1}""");
        var got = await App.NextAsync("/plain");
        Assert.Equal(
            ("POST", "application/cloudevents+json", "events", "Go-http-client/1.1"),
            (got.Method, got.Header("Content-Type"), got.Header("pubsubname"), got.Header("User-Agent"))
        );
        var envelope = got.Json;
        Assert.Equal(
            [
                "data",
                "datacontenttype",
                "id",
                "pubsubname",
                "source",
                "specversion",
                "time",
                "topic",
                "traceid",
                "traceparent",
                "tracestate",
                "type",
            ],
            envelope.EnumerateObject().Select(member => member.Name).Order(StringComparer.Ordinal)
        );
        Assert.Equal(
            ("publisher", "com.dapr.event.sent", "1.0", "application/json", "plain", "events"),
            (
                Text(envelope, "source"),
                Text(envelope, "type"),
                Text(envelope, "specversion"),
                Text(envelope, "datacontenttype"),
                Text(envelope, "topic"),
                Text(envelope, "pubsubname")
            )
        );
        Assert.Equal(1, envelope.GetProperty("data").GetProperty("n").GetInt32());
        Assert.True(Guid.TryParse(Text(envelope, "id"), out _));
        Assert.Equal(
            ("", "00-00000000000000000000000000000000-0000000000000000-00"),
            (Text(envelope, "traceparent"), got.Header("traceparent"))
        ); // no trace has come
    }

    [SkippableTheory]
    [InlineData("text/plain", "hello", "data", "\"hello\"", "text/plain")]
    [InlineData(null, "hello", "data", "\"hello\"", "text/plain")]
    [InlineData("application/json", "\"quoted\"", "data", "\"quoted\"", "application/json")]
    [InlineData("application/json", "not json", "data", "\"not json\"", "application/json")]
    [InlineData("application/json; charset=utf-8", "[1]", "data", "[1]", "application/json; charset=utf-8")]
    [InlineData("application/octet-stream", "hello", "data_base64", "\"aGVsbG8=\"", "application/octet-stream")]
    [InlineData("application/vnd.x+json", "{}", "data", "\"{}\"", "application/vnd.x+json")]
    [InlineData("application/x-protobuf", "he", "data_base64", "\"aGU=\"", "application/x-protobuf")] // a message: field 13 is 101
    [InlineData("application/x-protobuf", "hello", "data", "\"hello\"", "application/x-protobuf")]
    public async Task The_content_type_determines_the_encoding_of_event_data(
        string? contentType,
        string body,
        string member,
        string data,
        string expectedType
    )
    {
        await Http.SendAsync("POST", "/v1.0/publish/events/plain", body, contentType).SucceedsAsync();
        var envelope = (await App.NextAsync("/plain")).Json;
        Assert.Equal((data, expectedType), (envelope.GetProperty(member).GetRawText(), Text(envelope, "datacontenttype")));
    }

    [SkippableFact]
    public async Task A_published_CloudEvent_is_kept_and_completed()
    {
        await PublishAsync("plain", """{"id":"mine","type":"my.type","data":{"n":2},"custom":"kept"}""", "application/cloudevents+json");
        var envelope = (await App.NextAsync("/plain")).Json;
        Assert.Equal(
            ("mine", "my.type", "Dapr", "1.0", "kept", "plain"),
            (
                Text(envelope, "id"),
                Text(envelope, "type"),
                Text(envelope, "source"),
                Text(envelope, "specversion"),
                Text(envelope, "custom"),
                Text(envelope, "topic")
            )
        );
        Assert.True(envelope.TryGetProperty("time", out _));
    }

    [SkippableFact]
    public async Task Publish_metadata_overrides_attributes_and_trace_headers_are_forwarded()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await Http.SendAsync(
                "POST",
                "/v1.0/publish/events/plain?metadata.cloudevent.type=t&metadata.cloudevent.source=s&metadata.cloudevent.id=i&metadata.cloudevent.subject=j",
                "{}",
                "application/json",
                ("traceparent", trace)
            )
            .SucceedsAsync();
        var got = await App.NextAsync("/plain");
        Assert.Equal(
            ("t", "s", "i", "j", trace, trace),
            (
                Text(got.Json, "type"),
                Text(got.Json, "source"),
                Text(got.Json, "id"),
                Text(got.Json, "subject"),
                Text(got.Json, "traceid"),
                got.Header("traceparent")
            )
        );
    }

    [SkippableFact]
    public async Task Publish_metadata_is_delivered_as_headers()
    {
        if (!fixture.Driver.CarriesMetadata)
        {
            return;
        }
        await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.colour=blue", "{}").SucceedsAsync();
        Assert.Equal("blue", (await App.NextAsync("/plain")).Header("colour"));
    }

    [SkippableFact]
    public async Task Empty_publish_metadata_are_kept_and_stand_for_the_default_of_an_attribute()
    {
        const string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        await Http.SendAsync(
                "POST",
                "/v1.0/publish/events/plain?metadata.colour=&metadata.cloudevent.source=&metadata.cloudevent.type="
                    + "&metadata.cloudevent.subject=&metadata.cloudevent.traceparent=",
                "{}",
                "application/json",
                ("traceparent", trace)
            )
            .SucceedsAsync();
        var got = await App.NextAsync("/plain");
        Assert.Equal(
            ("Dapr", "com.dapr.event.sent", trace, false),
            (Text(got.Json, "source"), Text(got.Json, "type"), Text(got.Json, "traceid"), got.Json.TryGetProperty("subject", out _))
        );
        Assert.Equal(fixture.Driver.CarriesMetadata ? "" : null, got.Header("colour"));
    }

    [SkippableFact]
    public async Task Topics_may_contain_slashes_and_need_no_subscriber()
    {
        await PublishAsync("with/slash", "{}");
        Assert.Equal("with/slash", Text((await App.NextAsync("/slash")).Json, "topic"));
        await PublishAsync("nobody/listens", "{}");
    }

    [SkippableFact]
    public async Task Publishing_to_a_missing_component_or_topic_names_it()
    {
        Assert.Equal(
            "DAPR_PUBSUB_NOT_FOUND",
            (
                await Http.SendAsync("POST", "/v1.0/publish/nope/t", "{}")
                    .FailsAsync(404, "ERR_PUBSUB_NOT_FOUND", "pubsub nope is not found")
            ).Reason()
        );
        await Http.SendAsync("POST", "/v1.0/publish/events", "{}").FailsAsync(404, "ERR_DIRECT_INVOKE");
        await Http.SendAsync("POST", "/v1.0/publish/events/", "{}").FailsAsync(404, "ERR_DIRECT_INVOKE");
        Assert.Equal(
            "DAPR_PUBSUB_NOT_FOUND",
            (
                await Grpc.PublishEventAsync(new() { PubsubName = "nope", Topic = "t" })
                    .FailsAsync(StatusCode.InvalidArgument, "pubsub nope is not found")
            ).Reason()
        );
        Assert.Equal(
            "DAPR_PUBSUB_NAME_EMPTY",
            (await Grpc.PublishEventAsync(new() { Topic = "t" }).FailsAsync(StatusCode.InvalidArgument, "pubsub name is empty")).Reason()
        );
        var topic = await Grpc.PublishEventAsync(new() { PubsubName = "events" })
            .FailsAsync(StatusCode.InvalidArgument, "topic is empty in pubsub events");
        Assert.Equal(("DAPR_PUBSUB_TOPIC_NAME_EMPTY", "events"), (topic.Reason(), topic.Detail<ResourceInfo>()?.ResourceName));
    }

    [SkippableTheory]
    [InlineData("open", true)]
    [InlineData("narrow", true)]
    [InlineData("closed", false)]
    [InlineData("secret", false)]
    [InlineData("unlisted", false)]
    public async Task Topic_scopes_limit_publishing(string topic, bool allowed)
    {
        var call = Http.SendAsync("POST", $"/v1.0/publish/scoped/{topic}", "{}");
        if (allowed)
        {
            await call.SucceedsAsync();
            return;
        }
        Assert.Equal(
            "DAPR_PUBSUB_FORBIDDEN",
            (await call.FailsAsync(403, "ERR_PUBSUB_FORBIDDEN", $"topic {topic} is not allowed for app id publisher")).Reason()
        );
        await Grpc.PublishEventAsync(new() { PubsubName = "scoped", Topic = topic }).FailsAsync(StatusCode.PermissionDenied);
        await Http.SendAsync("POST", $"/v1.0/publish/bulk/scoped/{topic}", """[{"entryId":"1","event":"x","contentType":"text/plain"}]""")
            .FailsAsync(403, "ERR_PUBSUB_FORBIDDEN");
    }

    [SkippableFact]
    public async Task A_malformed_publish_is_refused()
    {
        var raw = await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.rawPayload=perhaps", "{}")
            .FailsAsync(
                400,
                "ERR_PUBSUB_REQUEST_METADATA",
                "failed deserializing metadata. Error: rawPayload value must be a valid boolean: actual is 'perhaps'"
            );
        Assert.Equal("DAPR_PUBSUB_METADATA_DESERIALIZATION", raw.Reason());
        var cloudEvent = await Http.SendAsync("POST", "/v1.0/publish/events/plain", "{\"", "application/cloudevents+json")
            .FailsAsync(500, "ERR_PUBSUB_CLOUD_EVENTS_SER", "cannot create cloudevent");
        Assert.Equal("DAPR_PUBSUB_CLOUD_EVENT_CREATION", cloudEvent.Reason());
    }

    [SkippableFact]
    public async Task Raw_messages_are_published_as_they_are_and_reach_raw_subscribers_in_an_envelope()
    {
        await Http.SendAsync("POST", "/v1.0/publish/events/raw?metadata.rawPayload=true", "bytes", "text/plain").SucceedsAsync();
        var envelope = (await App.NextAsync("/raw")).Json;
        Assert.Equal(
            ("Ynl0ZXM=", "application/octet-stream", "Dapr", "raw"),
            (Text(envelope, "data_base64"), Text(envelope, "datacontenttype"), Text(envelope, "source"), Text(envelope, "topic"))
        );
    }

    [SkippableTheory]
    [InlineData(200, "")]
    [InlineData(204, "")]
    [InlineData(200, "fine, thanks")]
    [InlineData(200, "{\"status\":\"SUCCESS\"}")]
    [InlineData(200, "{\"other\":1}")]
    public async Task Any_2xx_without_a_status_acknowledges_the_event(int status, string body)
    {
        App.Answers("/plain", status, body);
        await PublishAsync("plain", "1");
        await App.NextAsync("/plain");
        await AssertNothingMoreAsync("plain");
    }

    [SkippableTheory]
    [InlineData(200, "{\"status\":\"RETRY\"}")]
    [InlineData(200, "{\"status\":\"SOMETHING\"}")]
    [InlineData(500, "")]
    [InlineData(400, "")]
    public async Task A_failed_event_is_redelivered_if_the_broker_supports_it(int status, string body)
    {
        App.Answers("/retry", status, body);
        var (first, second) = ($"\"{Guid.NewGuid()}\"", $"\"{Guid.NewGuid()}\"");
        await PublishAsync("retry", first);
        await UntilAsync(first);
        App.Answers("/retry", 200);
        if (fixture.Driver.Redelivers)
        {
            await UntilAsync(first);
        }
        await PublishAsync("retry", second);
        await UntilAsync(second);

        // Answers between the two settings may have been failures as well, and so may those of the previous case; an event stops when it is
        // accepted.
        async Task UntilAsync(string data)
        {
            while ((await App.NextAsync("/retry")).Json.GetProperty("data").GetRawText() != data)
            {
                Assert.True(fixture.Driver.Redelivers);
            }
        }
    }

    [SkippableTheory]
    [InlineData(200, "{\"status\":\"DROP\"}")]
    [InlineData(404, "")]
    public async Task A_dropped_event_is_not_redelivered(int status, string body)
    {
        App.Answers("/drop", status, body);
        await PublishAsync("drop", "1");
        await App.NextAsync("/drop");
        await AssertNothingMoreAsync("drop");
    }

    [SkippableTheory]
    [InlineData(200, "{\"status\":\"DROP\"}")]
    [InlineData(200, "{\"status\":\"RETRY\"}")]
    [InlineData(404, "")]
    [InlineData(500, "")]
    public async Task A_failed_event_goes_to_the_dead_letter_topic_unchanged(int status, string body)
    {
        App.Answers("/lost", status, body);
        await PublishAsync("lost", "1");
        var lost = (await App.NextAsync("/lost")).Json;
        var dead = (await App.NextAsync("/graveyard")).Json;
        Assert.Equal((Text(lost, "id"), "lost"), (Text(dead, "id"), Text(dead, "topic")));
    }

    [SkippableFact]
    public async Task An_expired_event_is_not_delivered()
    {
        if (fixture.Driver.ExpiresMessages)
        {
            return;
        }
        await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.ttlInSeconds=0s&metadata.partitionKey=one", "1").SucceedsAsync();
        await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.ttlInSeconds=0&metadata.partitionKey=one", "1").SucceedsAsync();
        await AssertNothingMoreAsync("plain");
        await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.ttlInSeconds=100", "1").SucceedsAsync();
        Assert.True((await App.NextAsync("/plain")).Json.TryGetProperty("expiration", out _));
        await Http.SendAsync("POST", "/v1.0/publish/events/plain?metadata.ttlInSeconds=never", "1").SucceedsAsync();
        Assert.False((await App.NextAsync("/plain")).Json.TryGetProperty("expiration", out _));
    }

    private static string BulkSuccess(JsonElement bulk) =>
        JsonSerializer.Serialize(
            new
            {
                statuses = bulk.GetProperty("entries")
                    .EnumerateArray()
                    .Select(entry => new { entryId = Text(entry, "entryId"), status = "SUCCESS" }),
            }
        );

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";

    private Task PublishAsync(string topic, string body, string contentType = "application/json") =>
        Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", body, contentType).SucceedsAsync();

    /// <summary>Expects a new event as the next one: earlier ones of its partition key would come before it.</summary>
    private async Task AssertNothingMoreAsync(string topic)
    {
        App.Answers("/" + topic, 200);
        var marker = $"\"{Guid.NewGuid()}\"";
        await PublishAsync($"{topic}?metadata.partitionKey=one", marker);
        Assert.Equal(marker, (await App.NextAsync("/" + topic)).Json.GetProperty("data").GetRawText());
    }
}
