using Sidecar.Bindings;
using Sidecar.ConfigurationStores;
using Sidecar.Conversation;
using Sidecar.Cryptography;
using Sidecar.Locks;
using Sidecar.PubSub;
using Sidecar.Resources;
using Sidecar.Secrets;
using Sidecar.State;

namespace Sidecar.Components;

/// <summary>The open components of one app, by name and building block. They may change while it runs; one at a time changes them.</summary>
internal sealed class ComponentSet(IReadOnlyList<LoadedComponent> loaded) : IAsyncDisposable
{
    private volatile Contents now = new(loaded);

    public IReadOnlyList<LoadedComponent> Loaded => now.Loaded;

    public IReadOnlyDictionary<string, StateStoreComponent> StateStores => now.StateStores;

    public IReadOnlyDictionary<string, PubSubComponent> PubSubs => now.PubSubs;

    public IReadOnlyDictionary<string, ISecretStore> SecretStores => now.SecretStores;

    public IReadOnlyDictionary<string, LockComponent> LockStores => now.LockStores;

    public IReadOnlyDictionary<string, ConfigurationComponent> ConfigurationStores => now.ConfigurationStores;

    public IReadOnlyDictionary<string, BindingComponent> Bindings => now.Bindings;

    public IReadOnlyDictionary<string, EchoConversation> Conversations => now.Conversations;

    public IReadOnlyDictionary<string, ICryptoProvider> CryptoProviders => now.CryptoProviders;

    /// <summary>The store of actors and workflows, or null when none is flagged.</summary>
    public StateStoreComponent? ActorStateStore => StateStores.Values.FirstOrDefault(store => store.ActorStateStore);

    public Component? ActorStore => Loaded.FirstOrDefault(component => component.Instance is StateStoreComponent { ActorStateStore: true })?.Resource;

    public void Add(LoadedComponent component) => now = new([.. now.Loaded, component]);

    /// <summary>Nobody finds it from here on; then it is closed. Calls that are using it may fail.</summary>
    public async Task CloseAsync(LoadedComponent component)
    {
        now = new([.. now.Loaded.Where(other => other != component)]);
        await component.DisposeAsync();
    }

    /// <summary>Brokers before stores, which their handlers may use.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var component in Loaded.OrderBy(component => component.Instance switch { PubSubComponent => 0, StateStoreComponent => 2, _ => 1 }))
        {
            await component.DisposeAsync();
        }
    }

    private sealed class Contents(IReadOnlyList<LoadedComponent> loaded)
    {
        public IReadOnlyList<LoadedComponent> Loaded => loaded;

        public Dictionary<string, StateStoreComponent> StateStores { get; } = Of<StateStoreComponent>(loaded);

        public Dictionary<string, PubSubComponent> PubSubs { get; } = Of<PubSubComponent>(loaded);

        public Dictionary<string, ISecretStore> SecretStores { get; } = Of<ISecretStore>(loaded);

        public Dictionary<string, LockComponent> LockStores { get; } = Of<LockComponent>(loaded);

        public Dictionary<string, ConfigurationComponent> ConfigurationStores { get; } = Of<ConfigurationComponent>(loaded);

        public Dictionary<string, BindingComponent> Bindings { get; } = Of<BindingComponent>(loaded);

        public Dictionary<string, EchoConversation> Conversations { get; } = Of<EchoConversation>(loaded);

        public Dictionary<string, ICryptoProvider> CryptoProviders { get; } = Of<ICryptoProvider>(loaded);

        private static Dictionary<string, T> Of<T>(IReadOnlyList<LoadedComponent> loaded)
            => loaded.Where(component => component.Instance is T).ToDictionary(component => component.Resource.Name, component => (T)component.Instance, StringComparer.Ordinal);
    }
}

/// <summary>A component as <c>/v1.0/metadata</c> lists it, and what its driver has opened.</summary>
internal sealed record LoadedComponent(Component Resource, object Instance, IReadOnlyList<string> Capabilities) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Instance switch
    {
        PubSubComponent pubsub => pubsub.Broker.DisposeAsync(),
        ConfigurationComponent configuration => configuration.Store.DisposeAsync(),
        BindingComponent { Output: IAsyncDisposable output } => output.DisposeAsync(),
        LockComponent locks => locks.Store.DisposeAsync(),
        ICryptoProvider crypto => crypto.DisposeAsync(),
        StateStoreComponent state => state.Store.DisposeAsync(),
        IAsyncDisposable other => other.DisposeAsync(),
        _ => ValueTask.CompletedTask,
    };
}
