using Sidecar.Components;

namespace Sidecar.State;

/// <summary>A state store as one app sees it. <paramref name="Encryption"/> holds for what apps store, not for actors and workflows, as in
/// daprd.</summary>
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
/// Transactional outbox of a store: upserts of a transaction are also published.
/// <paramref name="PubSub"/> is where to, <paramref name="Topic"/> under which topic; <paramref name="DiscardWhenMissing"/> says
/// that an event without its state is dropped instead of tried again.
/// </summary>
internal sealed record OutboxSettings(string PubSub, string Topic, bool DiscardWhenMissing);
