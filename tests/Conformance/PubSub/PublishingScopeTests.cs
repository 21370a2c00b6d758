using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>Topics that an app may not publish to, for the events that its sidecar publishes itself.</summary>
public sealed class PublishingScopeTests
{
    [Theory]
    [InlineData("""{"status":"RETRY"}""", "a-refused-dead-letter")]
    [InlineData("""{"status":"DROP"}""", "a-refused-dropped-event")]
    public async Task A_dead_letter_needs_a_topic_that_the_app_may_publish_to(string answer, string appId)
    {
        await using var app = await HttpApp.StartAsync();
        app.Subscribes(
            """
            [{"pubsubname":"events","topic":"t","route":"/t","deadLetterTopic":"dead"},
             {"pubsubname":"events","topic":"dead","route":"/dead"},
             {"pubsubname":"events","topic":"last","route":"/last"}]
            """
        );
        app.Answers("/t", 200, answer);
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = appId,
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory", ("publishingScopes", $"{appId}=t,last"))],
            }
        );
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/dead", "1").FailsAsync(403, "ERR_PUBSUB_FORBIDDEN");
        for (var number = 1; number <= 3; number++)
        {
            await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/t", $"{number}").SucceedsAsync();
            await app.NextAsync("/t");
        }
        await sidecar.Http.SendAsync("POST", "/v1.0/publish/events/last", "1").SucceedsAsync();
        await app.NextAsync("/last");
        Assert.True(app.GotNothingMore("/dead"));
    }

    [Theory]
    [InlineData("an-outbox-elsewhere", "publishingScopes", "an-outbox-elsewhere=other")]
    [InlineData("an-outbox-not-allowed", "allowedTopics", "other")]
    public async Task A_transaction_is_refused_if_the_app_may_not_publish_its_events(string appId, string name, string value)
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = appId,
                Resources =
                [
                    Yaml.Component("events", "pubsub.in-memory", (name, value)),
                    Yaml.Component("store", "state.in-memory", ("outboxPublishPubsub", "events"), ("outboxPublishTopic", "orders")),
                ],
            }
        );
        var error = await sidecar
            .Http.SendAsync(
                "POST",
                "/v1.0/state/store/transaction",
                """{"operations":[{"operation":"upsert","request":{"key":"k","value":1}}]}"""
            )
            .FailsAsync(500, "ERR_PUBLISH_OUTBOX");
        Assert.StartsWith(
            "error while publishing outbox message: topic ",
            error.GetProperty("message").GetString(),
            StringComparison.Ordinal
        );
        await sidecar.Http.GetAsync("/v1.0/state/store/k").SucceedsAsync();
    }
}
