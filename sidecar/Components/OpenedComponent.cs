using Sidecar.Bindings;
using Sidecar.ConfigurationStores;
using Sidecar.Conversation;
using Sidecar.Cryptography;
using Sidecar.Locks;
using Sidecar.Middleware;
using Sidecar.PubSub;
using Sidecar.Secrets;
using Sidecar.State;

namespace Sidecar.Components;

/// <summary>What a driver gives: a component of exactly one building block, and its capabilities in the words of Dapr's metadata API.</summary>
internal sealed class OpenedComponent
{
    public OpenedComponent(StateStoreComponent state, params IReadOnlyList<string> capabilities) : this((object)state, capabilities)
    {
    }

    public OpenedComponent(PubSubComponent pubsub, params IReadOnlyList<string> capabilities) : this((object)pubsub, capabilities)
    {
    }

    public OpenedComponent(ISecretStore secrets, params IReadOnlyList<string> capabilities) : this((object)secrets, capabilities)
    {
    }

    public OpenedComponent(IHttpMiddleware middleware) : this(middleware, [])
    {
    }

    public OpenedComponent(EchoConversation conversation) : this(conversation, [])
    {
    }

    public OpenedComponent(ICryptoProvider crypto) : this(crypto, [])
    {
    }

    public OpenedComponent(LockComponent locks) : this(locks, [])
    {
    }

    public OpenedComponent(ConfigurationComponent configuration) : this(configuration, [])
    {
    }

    public OpenedComponent(BindingComponent binding)
        : this(binding, [.. binding.Input is null ? (string[])[] : ["INPUT_BINDING"], .. binding.Output is null ? (string[])[] : ["OUTPUT_BINDING"]])
    {
    }

    private OpenedComponent(object instance, IReadOnlyList<string> capabilities) => (Instance, Capabilities) = (instance, capabilities);

    public object Instance { get; }

    /// <summary><c>ETAG</c> or <c>TRANSACTIONAL</c> for example.</summary>
    public IReadOnlyList<string> Capabilities { get; }
}
