using Sidecar.Components;

namespace Sidecar.State;

/// <summary>
/// A state store for one app. <paramref name="Encryption"/> applies to values of apps, not to actors and workflows, as in daprd.
/// </summary>
internal sealed record StateStoreComponent(
    string Name,
    IStateStore Store,
    KeyPrefix Keys,
    bool ActorStateStore,
    OutboxSettings? Outbox,
    StateEncryption? Encryption = null
) : IComponent
{
    ClosingRank IComponent.ClosingRank => ClosingRank.Store;

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}

/// <summary>
/// The transactional outbox of a store: upserts of a transaction are also published to <paramref name="Topic"/> of <paramref
/// name="PubSub"/>. With <paramref name="DiscardWhenMissing"/> an event without its state is dropped instead of retried.
/// </summary>
internal sealed record OutboxSettings(string PubSub, string Topic, bool DiscardWhenMissing);
