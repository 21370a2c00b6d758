using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>
/// A broker for one app. <paramref name="ExpiresMessages"/> is true if the broker itself applies a time to live, so that the envelope need
/// not contain it.
/// </summary>
internal sealed record PubSubComponent(string Name, IPubSub Broker, TopicScopes Scopes, bool ExpiresMessages = false) : IComponent
{
    ClosingRank IComponent.ClosingRank => ClosingRank.Broker;

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
