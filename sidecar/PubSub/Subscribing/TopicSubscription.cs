using Sidecar.Go;
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
    /// <summary>
    /// True if the app gets messages as they are. Null if the metadata is no boolean of Go: every delivery then fails, as in daprd.
    /// </summary>
    public bool? Raw =>
        !Metadata.TryGetValue("rawPayload", out var text) || text.Length == 0 ? false
        : BooleanText.TryParse(text, out var raw) ? raw
        : null;

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
