using System.Text;
using System.Text.Json.Nodes;
using Sidecar.PubSub;
using Sidecar.PubSub.Events;
using Sidecar.PubSub.Publishing;

namespace Sidecar.Tests.Blocks;

public sealed class CloudEventsTests
{
    private static readonly DateTimeOffset Now = new(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);

    [Theory]
    [InlineData("application/json", """{"big":12345678901234567890}""", "data", """{"big":12345678901234567890}""")]
    [InlineData("text/xml", "<a/>", "data", "\"\\u003Ca/\\u003E\"")]
    [InlineData("application/octet-stream", "abc", "data_base64", "\"YWJj\"")]
    [InlineData("", "abc", "data", "\"abc\"")]
    [InlineData("application/json ; charset=utf-8", "[1]", "data", "\"[1]\"")]
    [InlineData("application/x-protobuf; messageType=m", "*\u0001x", "data_base64", "\"KgF4\"")]
    public void Data_is_carried_by_its_content_type(string contentType, string body, string member, string json) =>
        Assert.Equal(json, Wrap(contentType, body)[member]!.ToJsonString());

    [Fact]
    public void Attribute_overrides_ignore_case_and_traceparent_wins_over_traceid()
    {
        var envelope = Wrap(
            "text/plain",
            "x",
            ("CloudEvent.Type", "t"),
            ("cloudevent.traceid", "id"),
            ("cloudevent.traceparent", "parent")
        );
        Assert.Equal(
            ("t", "parent", "parent", "2024-05-06T07:08:09Z"),
            ((string?)envelope["type"], (string?)envelope["traceid"], (string?)envelope["traceparent"], (string?)envelope["time"])
        );
    }

    [Fact]
    public void An_empty_override_stands_for_Daprs_default_and_an_empty_traceparent_for_none()
    {
        var envelope = Wrap("text/plain", "x", ("cloudevent.source", ""), ("cloudevent.type", ""), ("cloudevent.traceparent", ""));
        Assert.Equal(
            ("Dapr", "com.dapr.event.sent", "trace"),
            ((string?)envelope["source"], (string?)envelope["type"], (string?)envelope["traceparent"])
        );
        Assert.Equal("", (string?)Wrap("text/plain", "x", ("cloudevent.traceid", ""))["traceid"]);
    }

    [Fact]
    public void An_event_whose_time_to_live_is_over_counts_as_expired()
    {
        var envelope = Wrap("text/plain", "x");
        CloudEvents.Expire(envelope, TimeSpan.FromSeconds(5), Now);
        Assert.False(CloudEvents.HasExpired(envelope, Now.AddSeconds(5)));
        Assert.True(CloudEvents.HasExpired(envelope, Now.AddSeconds(6)));
        envelope["expiration"] = "not a time";
        Assert.False(CloudEvents.HasExpired(envelope, Now));
    }

    [Theory]
    [InlineData("ttlInSeconds", "5", 5.0)]
    [InlineData("TTL", "1m", 60.0)]
    [InlineData("ttl", "0", 0.0)]
    [InlineData("ttl", "-5", null)]
    [InlineData("ttl", "soon", null)]
    [InlineData("other", "5", null)]
    public void A_time_to_live_is_seconds_or_a_duration(string name, string value, double? seconds) =>
        Assert.Equal(seconds, PublishMetadata.TimeToLive(new Dictionary<string, string> { [name] = value })?.TotalSeconds);

    [Fact]
    public void Metadata_of_a_bulk_entry_win_and_entries_that_give_none_inherit_none()
    {
        var request = new Dictionary<string, string> { ["a"] = "request", ["b"] = "request" };
        var merged = PublishMetadata.OfEntry(request, new Dictionary<string, string> { ["a"] = "entry" });
        Assert.Equal(("entry", "request"), (merged["a"], merged["b"]));
        Assert.Empty(PublishMetadata.OfEntry(request, BrokerMessage.NoMetadata));
        Assert.Equal("request", PublishMetadata.OfEntry(request, BrokerMessage.EmptyMetadata)["a"]);
    }

    [Theory]
    [InlineData("""{"subject":"a"}""", "a")]
    [InlineData("""{"subject":"\ud800"}""", null)]
    [InlineData("""{"id":"\ud800"}""", null)]
    [InlineData("[1", null)]
    public void A_message_without_a_readable_subject_has_no_ordering_key(string json, string? key) =>
        Assert.Equal(key, OrderingKeys.Of(Encoding.UTF8.GetBytes(json), BrokerMessage.NoMetadata));

    private static JsonObject Wrap(string contentType, string body, params (string Name, string Value)[] metadata) =>
        CloudEvents.Wrap(
            Encoding.UTF8.GetBytes(body),
            new EventSource("app", "events", "t", contentType, "trace", ""),
            metadata.ToDictionary(item => item.Name, item => item.Value),
            Now
        );
}
