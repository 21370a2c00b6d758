using Sidecar.Components;

namespace Sidecar.State;

/// <summary>The metadata that all state stores have in common.</summary>
internal sealed record StoreOptions(
    string Name,
    string Type,
    KeyPrefix Keys,
    bool ActorStateStore,
    OutboxSettings? Outbox,
    StateEncryption? Encryption
)
{
    public static StoreOptions Read(DriverContext context)
    {
        var properties = context.Properties;
        var keys = new KeyPrefix(PrefixStrategy.Read(properties), context.AppId, context.Name);
        var pubsub = properties.Text("outboxPublishPubsub");
        var topic = properties.Text("outboxPublishTopic");
        var discard = properties.Flag("outboxDiscardWhenMissingState");
        properties.Accept("outboxPubsub");
        var outbox = pubsub is { Length: > 0 } && topic is { Length: > 0 } ? new OutboxSettings(pubsub, topic, discard) : null;
        return new StoreOptions(
            context.Name,
            properties.Component.Type,
            keys,
            properties.Flag("actorStateStore"),
            outbox,
            StateEncryption.Read(context)
        );
    }

    /// <exception cref="InvalidOperationException">The store lacks an ability that its metadata requires.</exception>
    public OpenedComponent Component(IStateStore store, params ReadOnlySpan<string> capabilities)
    {
        if (Outbox is not null && store is not ITransactionalStateStore)
        {
            throw new InvalidOperationException(
                $"{Type} is not transactional, which outboxPublishPubsub needs; leave it out, or take another store"
            );
        }
        if (ActorStateStore && store is not (ITransactionalStateStore and IKeyListing))
        {
            throw new InvalidOperationException(
                $"{Type} is not transactional or can't list its keys, which actorStateStore needs; leave it out, or take another store"
            );
        }
        return new OpenedComponent(
            new StateStoreComponent(Name, store, Keys, ActorStateStore, Outbox, Encryption),
            [
                "ETAG",
                .. store is ITransactionalStateStore ? (string[])["TRANSACTIONAL"] : [],
                .. capabilities,
                .. store is ITransactionalStateStore ? (string[])["ACTOR"] : [],
            ]
        );
    }
}
