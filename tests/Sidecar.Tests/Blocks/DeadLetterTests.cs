using Microsoft.Extensions.Logging.Abstractions;
using Moq;
using Sidecar.Components;
using Sidecar.PubSub;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class DeadLetterTests
{
    private static readonly Policy Twice = new(
        null,
        new RetryRule { Duration = TimeSpan.Zero, MaxRetries = 1 },
        null,
        TimeProvider.System,
        _ => { },
        (_, _) => { }
    );

    private readonly Mock<IPubSub> broker = new();
    private readonly List<string> topics = [];

    [Fact]
    public async Task A_dead_letter_is_published_again_under_the_outbound_policy()
    {
        FailFirst(1);
        Assert.True(await PublishAsync(Twice));
        Assert.Equal(["dead", "dead"], topics);
    }

    [Fact]
    public async Task A_dead_letter_that_can_not_be_published_is_reported()
    {
        FailFirst(1);
        Assert.False(await PublishAsync(policy: null));
        Assert.Equal(["dead"], topics);
    }

    [Fact]
    public async Task A_dead_letter_is_not_published_to_a_topic_that_the_app_may_not_publish_to()
    {
        Assert.False(await PublishAsync(Twice, ("publishingScopes", "app=other")));
        Assert.Empty(topics);
    }

    private void FailFirst(int times) =>
        broker
            .Setup(one => one.PublishAsync(It.IsAny<BrokerMessage>(), It.IsAny<CancellationToken>()))
            .Returns(
                (BrokerMessage message, CancellationToken _) =>
                {
                    topics.Add(message.Topic);
                    return topics.Count <= times ? Task.FromException(new IOException("the broker is away")) : Task.CompletedTask;
                }
            );

    private Task<bool> PublishAsync(Policy? policy, params (string Name, string Value)[] metadata)
    {
        var resource = new Component("events", "pubsub.in-memory", "v1", [], [], null, false, "f", 1);
        var properties = new ComponentProperties(resource, metadata.ToDictionary(item => item.Name, item => item.Value), []);
        var component = new PubSubComponent("events", broker.Object, new TopicScopes(properties, "app"));
        return new DeadLetters("app", "dead", component, policy, NullLogger<DeadLetters>.Instance).PublishAsync(
            new BrokerMessage("t", default, null, BrokerMessage.NoMetadata),
            default
        );
    }
}
