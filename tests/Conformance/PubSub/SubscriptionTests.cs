using Conformance.Apps;
using Conformance.Running;
using Dapr.Client.Autogen.Grpc.v1;
using Grpc.Core;

namespace Conformance.PubSub;

/// <summary>The precedence of subscriptions to one topic, and their metadata.</summary>
public sealed class SubscriptionTests : IAsyncLifetime
{
    private HttpApp app = null!;

    public async Task InitializeAsync() => app = await HttpApp.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task A_programmatic_subscription_replaces_a_declared_one()
    {
        app.Subscribes("""[{"pubsubname":"events","topic":"a","routes":{"rules":[{"match":"event.topic == \"a\"","path":"/code"}]}}]""");
        await using var sidecar = await StartAsync(
            Declared("one", "a", "/declared"),
            Declared("two", "b", "/first"),
            Declared("three", "b", "/second")
        );
        foreach (var (topic, route) in ((string, string)[])[("a", "/code"), ("b", "/first")])
        {
            await PublishTwiceAsync(sidecar, topic, route);
        }
        Assert.True(app.GotNothingMore("/declared") && app.GotNothingMore("/second"));
    }

    [Fact]
    public async Task Of_two_subscriptions_with_one_name_the_later_counts()
    {
        await using var sidecar = await StartAsync(Declared("same", "a", "/earlier"), Declared("same", "a", "/later"));
        await PublishTwiceAsync(sidecar, "a", "/later");
        Assert.True(app.GotNothingMore("/earlier"));
    }

    [Fact]
    public async Task Metadata_list_declared_subscriptions_without_an_app()
    {
        await using var sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions { Resources = [Yaml.Component("events", "pubsub.in-memory"), Declared("one", "a", "/a")] }
        );
        var reported = Assert.Single((await sidecar.Grpc.GetMetadataAsync(new GetMetadataRequest())).Subscriptions);
        Assert.Equal(("events", "a", PubsubSubscriptionType.Declarative), (reported.PubsubName, reported.Topic, reported.Type));
    }

    [Fact]
    public async Task A_stream_for_an_unknown_component_is_refused_as_a_publish_is()
    {
        await using var sidecar = await StartAsync();
        using var stream = sidecar.Grpc.SubscribeTopicEventsAlpha1();
        await stream.RequestStream.WriteAsync(
            new SubscribeTopicEventsRequestAlpha1
            {
                InitialRequest = new SubscribeTopicEventsRequestInitialAlpha1 { PubsubName = "nope", Topic = "b" },
            }
        );
        var failure = await Assert.ThrowsAsync<RpcException>(() =>
            stream.ResponseStream.MoveNext(default).OrFail("the stream did not end")
        );
        Assert.Equal(
            (StatusCode.InvalidArgument, "pubsub nope is not found", "DAPR_PUBSUB_NOT_FOUND"),
            (failure.StatusCode, failure.Status.Detail, failure.Reason())
        );
    }

    private Task<TestedSidecar> StartAsync(params string[] subscriptions) =>
        TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppPort = app.PortNumber,
                Resources = [Yaml.Component("events", "pubsub.in-memory"), string.Join("\n---\n", subscriptions)],
            }
        );

    /// <summary>Twice, and in order: whatever the first event has set off is over when the second one is there.</summary>
    private async Task PublishTwiceAsync(TestedSidecar sidecar, string topic, string route)
    {
        await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", "1").SucceedsAsync();
        await app.NextAsync(route);
        await sidecar.Http.SendAsync("POST", $"/v1.0/publish/events/{topic}", "2").SucceedsAsync();
        await app.NextAsync(route);
        Assert.True(app.GotNothingMore(route));
    }

    /// <summary>With "Kind" as many files have it: field names match in any case.</summary>
    private static string Declared(string name, string topic, string route) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            Kind: Subscription
            metadata:
              name: {name}
            spec:
              pubsubname: events
              topic: {topic}
              route: {route}
            """;
}
