using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>Subscriptions that are raw, and subscriptions to raw messages.</summary>
public sealed class RawSubscriptionTests
{
    [Theory]
    [InlineData("1", "data_base64")]
    [InlineData("t", "data_base64")]
    [InlineData("True", "data_base64")]
    [InlineData("0", "data")]
    [InlineData("", "data")]
    [InlineData("yes", "dead")]
    [InlineData("on", "dead")]
    [InlineData("tRUE", "dead")]
    public async Task A_subscription_is_raw_if_its_metadata_is_true(string value, string expected)
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            $$"""
            [{"pubsubname":"events","topic":"t","route":"/t","metadata":{"rawPayload":"{{value}}"},"deadLetterTopic":"dead"},
             {"pubsubname":"events","topic":"dead","route":"/dead"}]
            """
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory")] }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", "1").SucceedsAsync();
        if (expected == "dead")
        {
            await app.NextAsync("/dead");
            Assert.True(app.GotNothingMore("/t"));
        }
        else
        {
            Assert.True((await app.NextAsync("/t")).Json.TryGetProperty(expected, out _));
        }
    }

    [Fact]
    public async Task A_raw_message_with_text_after_its_envelope_is_no_event()
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            """
            [{"pubsubname":"events","topic":"t","route":"/t","deadLetterTopic":"dead"},
             {"pubsubname":"events","topic":"dead","route":"/dead","metadata":{"rawPayload":"true"}}]
            """
        );
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { AppPort = app.PortNumber, Resources = [Yaml.Component("events", "pubsub.in-memory")] }
        );
        const string envelope = """{"specversion":"1.0","id":"a","source":"b","type":"c","data":"hello"}""";
        const string publish = "/v1.0/publish/events/t?metadata.rawPayload=true";

        await sidecar.Http.SendAsync("POST", publish, envelope + " more").SucceedsAsync();
        await app.NextAsync("/dead");
        Assert.True(app.GotNothingMore("/t"));

        await sidecar.Http.SendAsync("POST", publish, envelope + " \n").SucceedsAsync();
        await app.NextAsync("/t");
    }
}
