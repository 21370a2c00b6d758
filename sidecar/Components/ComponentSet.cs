using Sidecar.Bindings;
using Sidecar.ConfigurationStores;
using Sidecar.Locks;
using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;

namespace Sidecar.Components;

/// <summary>The open components of one app, by name and building block.</summary>
internal sealed class ComponentSet(IReadOnlyList<LoadedComponent> loaded) : IAsyncDisposable
{
    public IReadOnlyList<LoadedComponent> Loaded => loaded;

    public IReadOnlyDictionary<string, StateStoreComponent> StateStores { get; } = Of<StateStoreComponent>(loaded);

    public IReadOnlyDictionary<string, PubSubComponent> PubSubs { get; } = Of<PubSubComponent>(loaded);

    public IReadOnlyDictionary<string, ISecretStore> SecretStores { get; } = Of<ISecretStore>(loaded);

    public IReadOnlyDictionary<string, LockComponent> LockStores { get; } = Of<LockComponent>(loaded);

    public IReadOnlyDictionary<string, ConfigurationComponent> ConfigurationStores { get; } = Of<ConfigurationComponent>(loaded);

    public IReadOnlyDictionary<string, BindingComponent> Bindings { get; } = Of<BindingComponent>(loaded);

    /// <summary>The store of actors and workflows, or null when none is flagged.</summary>
    public StateStoreComponent? ActorStateStore => StateStores.Values.FirstOrDefault(store => store.ActorStateStore);

    public async ValueTask DisposeAsync()
    {
        foreach (var pubsub in PubSubs.Values)
        {
            await pubsub.Broker.DisposeAsync();
        }
        foreach (var configuration in ConfigurationStores.Values)
        {
            await configuration.Store.DisposeAsync();
        }
        foreach (var binding in Bindings.Values.Select(binding => binding.Output).OfType<IAsyncDisposable>())
        {
            await binding.DisposeAsync();
        }
        foreach (var locks in LockStores.Values)
        {
            await locks.Store.DisposeAsync();
        }
        foreach (var store in StateStores.Values)
        {
            await store.Store.DisposeAsync();
        }
    }

    private static Dictionary<string, T> Of<T>(IReadOnlyList<LoadedComponent> loaded)
        => loaded.Where(component => component.Instance is T).ToDictionary(component => component.Resource.Name, component => (T)component.Instance, StringComparer.Ordinal);
}

/// <summary>A component as <c>/v1.0/metadata</c> lists it, and what its driver has opened.</summary>
internal sealed record LoadedComponent(Component Resource, object Instance, IReadOnlyList<string> Capabilities);
