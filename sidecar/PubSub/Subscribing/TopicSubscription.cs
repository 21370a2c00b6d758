using Sidecar.Resources;

namespace Sidecar.PubSub.Subscribing;

internal enum SubscriptionKind
{
    Programmatic,
    Declarative,
    Streaming,
}

/// <summary>A subscription of an app to a topic, declared or programmatic.</summary>
internal sealed record TopicSubscription(
    string PubSub,
    string Topic,
    EventRoute Route,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    BulkSubscribe? Bulk,
    SubscriptionKind Kind
)
{
    public bool Raw => Metadata.TryGetValue("rawPayload", out var raw) && raw.Equals("true", StringComparison.OrdinalIgnoreCase);

    public static TopicSubscription From(Subscription declared) =>
        new(
            declared.PubSubName,
            declared.Topic,
            new EventRoute(declared.Rules, declared.DefaultRoute),
            declared.DeadLetterTopic,
            declared.Metadata,
            declared.Bulk,
            SubscriptionKind.Declarative
        );
}
