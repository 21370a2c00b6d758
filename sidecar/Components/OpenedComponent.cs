using Sidecar.PubSub;
using Sidecar.Secrets;
using Sidecar.State;

namespace Sidecar.Components;

/// <summary>What a driver gives: a component of exactly one building block.</summary>
internal sealed class OpenedComponent
{
    private readonly object component;

    public OpenedComponent(StateStoreComponent state, params IReadOnlyList<string> capabilities) : this((object)state, capabilities)
    {
    }

    public OpenedComponent(PubSubComponent pubsub, params IReadOnlyList<string> capabilities) : this((object)pubsub, capabilities)
    {
    }

    public OpenedComponent(ISecretStore secrets, params IReadOnlyList<string> capabilities) : this((object)secrets, capabilities)
    {
    }

    private OpenedComponent(object component, IReadOnlyList<string> capabilities)
    {
        this.component = component;
        Capabilities = capabilities;
    }

    /// <summary>As Dapr's metadata API words them, <c>ETAG</c> or <c>TRANSACTIONAL</c> for example.</summary>
    public IReadOnlyList<string> Capabilities { get; }

    public void Switch(Action<StateStoreComponent> state, Action<PubSubComponent> pubsub, Action<ISecretStore> secrets)
    {
        switch (component)
        {
            case StateStoreComponent store:
                state(store);
                break;
            case PubSubComponent broker:
                pubsub(broker);
                break;
            case ISecretStore store:
                secrets(store);
                break;
        }
    }
}
