namespace Sidecar.PubSub;

/// <summary>A broker as one app sees it.</summary>
internal sealed record PubSubComponent(string Name, IPubSub Broker, TopicScopes Scopes);
