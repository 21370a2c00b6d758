using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>
/// A broker as one app sees it. <paramref name="ExpiresMessages"/>: the broker itself keeps to a time to live, so the envelope need not
/// tell it.
/// </summary>
internal sealed record PubSubComponent(string Name, IPubSub Broker, TopicScopes Scopes, bool ExpiresMessages = false) : IComponent
{
    ClosingRank IComponent.ClosingRank => ClosingRank.Broker;

    public ValueTask DisposeAsync() => Broker.DisposeAsync();
}
