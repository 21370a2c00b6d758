namespace Sidecar.PubSub.Events;

/// <summary>Metadata of a delivered event: that of the publication, and the component.</summary>
internal static class DeliveryMetadata
{
    public const string PubSubName = "pubsubName";

    public static Dictionary<string, string> Of(string pubsub, IReadOnlyDictionary<string, string> metadata) =>
        new(metadata, StringComparer.Ordinal) { [PubSubName] = pubsub };
}
