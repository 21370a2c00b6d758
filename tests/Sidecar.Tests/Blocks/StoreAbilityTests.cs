using Moq;
using Sidecar.State;

namespace Sidecar.Tests.Blocks;

/// <summary>A missing ability of a store is reported when the store is opened, not with the first order.</summary>
public sealed class StoreAbilityTests
{
    [Fact]
    public void An_outbox_needs_a_store_with_transactions()
    {
        var options = new StoreOptions(
            "store",
            "state.plain",
            new KeyPrefix(null, "app", "store"),
            false,
            new OutboxSettings("events", "topic", false),
            null
        );
        Assert.Equal(
            "state.plain is not transactional, which outboxPublishPubsub needs; leave it out, or take another store",
            Assert.Throws<InvalidOperationException>(() => options.Component(Mock.Of<IStateStore>())).Message
        );
    }

    [Fact]
    public void Actors_need_a_store_with_transactions_that_lists_its_keys()
    {
        var options = new StoreOptions("store", "state.plain", new KeyPrefix(null, "app", "store"), true, null, null);
        foreach (var store in (IStateStore[])[Mock.Of<IStateStore>(), Mock.Of<ITransactionalStateStore>()])
        {
            Assert.Contains(
                "which actorStateStore needs; leave it out, or take another store",
                Assert.Throws<InvalidOperationException>(() => options.Component(store)).Message,
                StringComparison.Ordinal
            );
        }
    }

    [Fact]
    public void A_store_lists_only_the_capabilities_that_it_implements()
    {
        var options = new StoreOptions("store", "state.plain", new KeyPrefix(null, "app", "store"), false, null, null);
        Assert.Equal(["ETAG"], options.Component(Mock.Of<IStateStore>()).Capabilities);
        Assert.Equal(["ETAG", "TRANSACTIONAL", "ACTOR"], options.Component(Mock.Of<ITransactionalStateStore>()).Capabilities);
    }
}
