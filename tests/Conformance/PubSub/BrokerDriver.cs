using Conformance.Apps;
using Conformance.Running;

namespace Conformance.PubSub;

/// <summary>A broker under test: its component, and its abilities.</summary>
public abstract class BrokerDriver
{
    public abstract string Component(string name, params (string Name, string Value)[] metadata);

    /// <summary>True if an unsettled message is redelivered without a resiliency policy.</summary>
    public abstract bool Redelivers { get; }

    public abstract bool Wildcards { get; }

    /// <summary>True if a subscriber handles several messages at once, so that a bulk has more than one.</summary>
    public virtual bool Gathers => true;

    /// <summary>Milliseconds to wait for a full bulk. A broker that does not gather waits for so long at every event.</summary>
    public int LongestGathering => Gathers ? 10_000 : 200;

    /// <summary>Why the broker can't be tested on this machine; null when it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Starts the servers that the broker needs.</summary>
    public virtual Task StartAsync() => Task.CompletedTask;

    /// <summary>True if the metadata of a publish request reaches the subscriber.</summary>
    public virtual bool CarriesMetadata => true;

    /// <summary>True if the broker itself drops expired messages, so that the envelope has no expiry.</summary>
    public virtual bool ExpiresMessages => false;
}

public sealed class InMemoryBroker : BrokerDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "pubsub.in-memory", metadata);

    public override bool Redelivers => false;

    public override bool Wildcards => true;

    public override bool Gathers => false;
}

/// <summary>Embedded sidecar only: a real daprd has no such component.</summary>
public sealed class SqliteBroker : BrokerDriver
{
    public override string Component(string name, params (string Name, string Value)[] metadata) =>
        Yaml.Component(name, "pubsub.sqlite", [("connectionString", $"{{scratch}}/{name}.db"), ("redeliverInterval", "50ms"), .. metadata]);

    public override string? Missing => TestedSidecar.LacksComponent("pubsub.sqlite");

    public override bool Redelivers => true;

    public override bool Wildcards => false;
}

/// <summary>One HTTP app and one gRPC app with their sidecars for all tests of a broker; tests use separate topics.</summary>
public sealed class BrokerSidecars<TDriver> : IAsyncLifetime
    where TDriver : BrokerDriver, new()
{
    public TDriver Driver { get; } = new();

    public HttpApp App { get; private set; } = null!;

    public GrpcApp GrpcApp { get; private set; } = null!;

    public TestedSidecar Sidecar { get; private set; } = null!;

    public TestedSidecar GrpcSidecar { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Driver.Missing is not null)
        {
            return; // each test sets it
        }
        await Driver.StartAsync();
        App = await HttpApp.StartAsync();
        App.Subscribes(
            $$$"""
            [
              {"pubsubname":"events","topic":"plain","route":"/plain"},
              {"pubsubname":"events","topic":"with/slash","route":"/slash"},
              {"pubsubname":"events","topic":"retry","route":"/retry"},
              {"pubsubname":"events","topic":"drop","route":"/drop"},
              {"pubsubname":"events","topic":"lost","route":"/lost","deadLetterTopic":"graveyard"},
              {"pubsubname":"events","topic":"graveyard","route":"/graveyard"},
              {"pubsubname":"events","topic":"raw","route":"/raw","metadata":{"rawPayload":"true"}},
              {"pubsubname":"events","topic":"bulk","route":"/bulk","bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":{{{Driver.LongestGathering}}}}},
              {"pubsubname":"events","topic":"rawbulk","route":"/rawbulk","metadata":{"rawPayload":"true"},"bulkSubscribe":{"enabled":true,"maxMessagesCount":3,"maxAwaitDurationMs":50}},
              {"pubsubname":"events","topic":"routed","deadLetterTopic":"graveyard","routes":{"rules":[
                {"match":"event.type == 'order.created'","path":"/created"},
                {"match":"event.data.total > 100","path":"/large"}],"default":"/other"}},
              {"pubsubname":"events","topic":"nowhere"},
              {"pubsubname":"missing","topic":"nowhere","route":"/nowhere"}
            ]
            """
        );
        Sidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "publisher",
                Isolated = true,
                AppPort = App.PortNumber,
                Resources =
                [
                    Driver.Component("events"),
                    Driver.Component(
                        "scoped",
                        ("publishingScopes", "publisher=open,narrow;other=closed"),
                        ("subscriptionScopes", "publisher=open"),
                        ("protectedTopics", "secret"),
                        ("allowedTopics", "open,narrow,closed,secret")
                    ),
                    "apiVersion: dapr.io/v1alpha1\nkind: Subscription\nmetadata: { name: one }\nspec: { pubsubname: events, "
                        + "topic: declared, route: /declared }",
                    "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: { name: two }\nspec: { pubsubname: events, "
                        + "topic: declared-two, routes: { rules: [ { match: \"event.type == 'a'\", path: /a } ], default: /b } }",
                    "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: { name: three }\nspec: { pubsubname: "
                        + "events, topic: elsewhere, routes: { default: /elsewhere } }\nscopes: [another-app]",
                    .. Driver.Wildcards
                        ? (string[])
                            [
                                "apiVersion: dapr.io/v2alpha1\nkind: Subscription\nmetadata: { name: four }\nspec: { "
                                    + "pubsubname: events, topic: wild-*, routes: { default: /wild } }",
                            ]
                        : [],
                ],
            }
        );
        GrpcApp = await GrpcApp.StartAsync(state =>
        {
            state.Subscriptions.Subscriptions.Add(
                new Dapr.AppCallback.Autogen.Grpc.v1.TopicSubscription { PubsubName = "events", Topic = "plain" }
            );
            state.Subscriptions.Subscriptions.Add(
                new Dapr.AppCallback.Autogen.Grpc.v1.TopicSubscription
                {
                    PubsubName = "events",
                    Topic = "bulk",
                    BulkSubscribe = new()
                    {
                        Enabled = true,
                        MaxMessagesCount = 2,
                        MaxAwaitDurationMs = Driver.LongestGathering,
                    },
                }
            );
        });
        GrpcSidecar = await TestedSidecar.StartAsync(
            new SidecarOptions
            {
                AppId = "grpc-app",
                Isolated = true,
                AppPort = GrpcApp.PortNumber,
                AppProtocol = "grpc",
                Resources = [Driver.Component("events")],
            }
        );
    }

    public async Task DisposeAsync()
    {
        if (Driver.Missing is not null)
        {
            return;
        }
        await Sidecar.DisposeAsync();
        await GrpcSidecar.DisposeAsync();
        await App.DisposeAsync();
        await GrpcApp.DisposeAsync();
    }
}
