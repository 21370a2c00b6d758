using Microsoft.Extensions.Time.Testing;
using Moq;
using Sidecar.PubSub;
using Sidecar.PubSub.Publishing;
using Sidecar.Resiliency;
using Sidecar.Resources;

namespace Sidecar.Tests.Blocks;

public sealed class BulkPublicationTests
{
    private readonly FakeTimeProvider time = new();
    private readonly Mock<IPubSub> broker = new();
    private readonly List<string> sent = [];
    private int calls;
    private int refusals;

    public BulkPublicationTests() =>
        broker
            .Setup(one => one.PublishAsync(It.IsAny<BrokerMessage>(), It.IsAny<CancellationToken>()))
            .Returns(
                (BrokerMessage message, CancellationToken _) =>
                {
                    sent.Add(message.Topic);
                    return message.Topic == "bad" && refusals-- > 0 ? Task.FromException(new IOException("away")) : Task.CompletedTask;
                }
            );

    [Fact]
    public async Task Under_a_policy_a_bulk_is_one_call_that_repeats_its_failed_messages()
    {
        refusals = 2;

        var failures = await Bulk("good", "bad").SendAsync(Retries(3), CancellationToken.None);

        Assert.All(failures, failure => Assert.Null(failure));
        Assert.Equal(["good", "bad", "bad", "bad"], sent);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_message_that_fails_to_the_last_has_its_last_failure()
    {
        refusals = int.MaxValue;

        var failures = await Bulk("good", "bad").SendAsync(Retries(1), CancellationToken.None);

        Assert.Equal([null, "away"], failures.Select(failure => failure?.Message));
    }

    [Fact]
    public async Task A_breaker_counts_a_bulk_of_failed_messages_once()
    {
        refusals = int.MaxValue;
        var breaker = new CircuitBreaker(new BreakerRule(1, TimeSpan.Zero, TimeSpan.FromSeconds(60), null), time, _ => { });

        await Bulk([.. Enumerable.Repeat("bad", 10)]).SendAsync(Guard(null, breaker), CancellationToken.None);

        Assert.Equal(BreakerState.Closed, breaker.State);
    }

    [Fact]
    public async Task Without_a_policy_each_message_is_sent_once()
    {
        refusals = int.MaxValue;

        var failures = await Bulk("bad", "good").SendAsync(null, CancellationToken.None);

        Assert.Equal(["away", null], failures.Select(failure => failure?.Message));
        Assert.Equal(["bad", "good"], sent);
    }

    private BulkPublication Bulk(params string[] topics) =>
        new(broker.Object, [.. topics.Select(topic => new BrokerMessage(topic, default, null, BrokerMessage.NoMetadata))]);

    private Policy Retries(int number) => Guard(new RetryRule { MaxRetries = number, Duration = TimeSpan.Zero }, null);

    private Policy Guard(RetryRule? retry, CircuitBreaker? breaker) => new(null, retry, breaker, time, _ => calls++, (_, _) => { });
}
