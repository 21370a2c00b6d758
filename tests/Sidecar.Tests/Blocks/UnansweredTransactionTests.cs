using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;
using Sidecar.Components;
using Sidecar.Failures;
using Sidecar.PubSub;
using Sidecar.PubSub.Publishing;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.State;
using Sidecar.Tests.Workflows.Support;
using Sidecar.Tracing;

namespace Sidecar.Tests.Blocks;

/// <summary>The outbox after a transaction to which the store gave no answer: carried out or not, the event follows the record.</summary>
public sealed class UnansweredTransactionTests : IAsyncLifetime
{
    private static readonly StateFailure Lost = new(StateFailureKind.Unavailable, "", "the connection was lost");

    private readonly FakeTimeProvider time = new();
    private readonly MemoryStore store = new();
    private readonly ConcurrentQueue<string> published = new();
    private readonly Outbox outbox;
    private readonly StateApi state;

    public UnansweredTransactionTests()
    {
        var broker = new Mock<IPubSub>();
        broker
            .Setup(one => one.PublishAsync(It.IsAny<BrokerMessage>(), It.IsAny<CancellationToken>()))
            .Callback(
                (BrokerMessage message, CancellationToken _) => published.Enqueue(System.Text.Encoding.UTF8.GetString(message.Data.Span))
            )
            .Returns(Task.CompletedTask);
        var components = new ComponentSet([
            Loaded(
                "store",
                new StateStoreComponent(
                    "store",
                    store,
                    new KeyPrefix(null, "app", "store"),
                    false,
                    new OutboxSettings("events", "topic", false)
                )
            ),
            Loaded(
                "events",
                new PubSubComponent(
                    "events",
                    broker.Object,
                    new TopicScopes(new ComponentProperties(Resource("events"), new Dictionary<string, string>(), []), "app")
                )
            ),
        ]);
        var policies = new PolicyBook("app", [], time);
        var tracer = new Tracer("app", TracingOptions.Default, NullLoggerFactory.Instance);
        outbox = new Outbox("app", components, new PubSubApi("app", components, policies, tracer, time), time, NullLogger<Outbox>.Instance);
        state = new StateApi("app", components, outbox, policies, time);
    }

    public Task InitializeAsync() => outbox.StartAsync(CancellationToken.None);

    public Task DisposeAsync() => outbox.DisposeAsync().AsTask();

    [Fact]
    public async Task An_event_is_published_if_its_transaction_was_carried_out_without_an_answer()
    {
        store.FailAfter = _ => Lost;

        await Assert.ThrowsAsync<DaprException>(() => SaveAsync("order"));
        store.FailAfter = null;

        await Clock.AdvanceUntilAsync(time, () => !published.IsEmpty);
        Assert.Contains("order", Assert.Single(published), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_event_is_not_published_if_its_transaction_was_not_carried_out()
    {
        store.FailBefore = _ => Lost;
        await Assert.ThrowsAsync<DaprException>(() => SaveAsync("lost"));
        store.FailBefore = null;

        var reads = store.ReadCount;
        await Clock.AdvanceUntilAsync(time, () => store.ReadCount > reads);
        await SaveAsync("next");

        await Clock.AdvanceUntilAsync(time, () => !published.IsEmpty);
        Assert.Contains("next", Assert.Single(published), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_store_that_is_still_away_is_asked_again()
    {
        var refusals = 0;
        store.FailAfter = _ => Lost;
        await Assert.ThrowsAsync<DaprException>(() => SaveAsync("order"));
        store.FailAfter = null;
        store.BeforeRead = () =>
            Interlocked.Increment(ref refusals) <= 3 ? Task.FromException(new IOException("the store is away")) : Task.CompletedTask;

        await Clock.AdvanceUntilAsync(time, () => !published.IsEmpty);
        Assert.Equal(4, refusals);
    }

    private Task SaveAsync(string value) =>
        state.TransactAsync(
            "store",
            [new TransactionOperation(new SaveRequest("key", System.Text.Encoding.UTF8.GetBytes(value)), null)],
            TraceContext.None,
            CancellationToken.None
        );

    private static LoadedComponent Loaded(string name, IComponent instance) => new(Resource(name), instance, []);

    private static Component Resource(string name) => new(name, "test", "v1", [], [], null, false, "test.yaml", 1);
}
