using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;

namespace Sidecar.Components;

/// <summary>The open components of one app, by name and building block.</summary>
internal sealed record ComponentSet(
    IReadOnlyDictionary<string, StateStoreComponent> StateStores,
    IReadOnlyDictionary<string, PubSubComponent> PubSubs,
    IReadOnlyDictionary<string, ISecretStore> SecretStores,
    IReadOnlyList<LoadedComponent> Loaded) : IAsyncDisposable
{
    /// <summary>The store of actors and workflows, or null when none is flagged.</summary>
    public StateStoreComponent? ActorStateStore => StateStores.Values.FirstOrDefault(store => store.ActorStateStore);

    public async ValueTask DisposeAsync()
    {
        foreach (var pubsub in PubSubs.Values)
        {
            await pubsub.Broker.DisposeAsync();
        }
        foreach (var store in StateStores.Values)
        {
            await store.Store.DisposeAsync();
        }
    }
}

/// <summary>A component as <c>/v1.0/metadata</c> lists it.</summary>
internal sealed record LoadedComponent(Component Resource, IReadOnlyList<string> Capabilities);
