using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>The routing of events: rules, declared subscriptions, wildcards, and their metadata.</summary>
public abstract partial class PubSubTests<TDriver>
{
    [SkippableTheory]
    [InlineData("order.created", "{\"total\":5}", "/created")]
    [InlineData("order.paid", "{\"total\":500}", "/large")]
    [InlineData("order.paid", "{\"total\":5}", "/other")]
    public async Task Rules_are_tried_in_order_before_the_default(string type, string data, string path)
    {
        await Http.SendAsync("POST", $"/v1.0/publish/events/routed?metadata.cloudevent.type={type}", data).SucceedsAsync();
        Assert.Equal(type, Text((await App.NextAsync(path)).Json, "type"));
    }

    [SkippableFact]
    public async Task A_rule_whose_field_is_missing_fails_the_delivery()
    {
        await Http.SendAsync("POST", "/v1.0/publish/events/routed", """{"other":1}""").SucceedsAsync();
        Assert.Equal("routed", Text((await App.NextAsync("/graveyard")).Json, "topic"));
        Assert.True(App.GotNothingMore("/other"));
    }

    [SkippableFact]
    public async Task Declared_subscriptions_deliver_to_their_routes()
    {
        await PublishAsync("declared", "1");
        await App.NextAsync("/declared");
        await Http.SendAsync("POST", "/v1.0/publish/events/declared-two?metadata.cloudevent.type=a", "1").SucceedsAsync();
        await App.NextAsync("/a");
        await PublishAsync("declared-two", "1");
        await App.NextAsync("/b");
        await PublishAsync("elsewhere", "1");
        await AssertNothingMoreAsync("plain");
        Assert.True(App.GotNothingMore("/elsewhere"));
    }

    [SkippableFact]
    public async Task A_wildcard_subscription_receives_every_topic_with_its_prefix()
    {
        if (!fixture.Driver.Wildcards)
        {
            return;
        }
        await PublishAsync("wild-one", "1");
        Assert.Equal("wild-one", Text((await App.NextAsync("/wild")).Json, "topic"));
    }

    [SkippableFact]
    public async Task Metadata_lists_subscriptions_with_their_rules()
    {
        using var answer = await Http.GetAsync("/v1.0/metadata");
        var subscriptions = (await answer.JsonAsync())
            .GetProperty("subscriptions")
            .EnumerateArray()
            .ToDictionary(item => Text(item, "topic"));
        Assert.Equal(
            """{"pubsubname":"events","topic":"declared","rules":[{"path":"/declared"}],"deadLetterTopic":"","type":"DECLARATIVE"}""",
            subscriptions["declared"].GetRawText()
        );
        Assert.Equal(
            ("PROGRAMMATIC", "graveyard", 3),
            (
                Text(subscriptions["routed"], "type"),
                Text(subscriptions["routed"], "deadLetterTopic"),
                subscriptions["routed"].GetProperty("rules").GetArrayLength()
            )
        );
        Assert.Equal("missing", Text(subscriptions["nowhere"], "pubsubname")); // reported, although there is no such component
    }
}
