namespace Sidecar.PubSub.Events;

/// <summary>Metadata sent to the app with an event: that of the publication, and the component.</summary>
internal static class DeliveryMetadata
{
    public const string PubSubName = "pubsubName";

    public static IEnumerable<KeyValuePair<string, string>> Of(string pubsub, IReadOnlyDictionary<string, string> metadata) =>
        metadata.Where(item => !IsAboutTheBody(item.Key)).Append(KeyValuePair.Create(PubSubName, pubsub));

    /// <summary>The body is the envelope, which has its own type and length.</summary>
    private static bool IsAboutTheBody(string name) =>
        name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-length", StringComparison.OrdinalIgnoreCase);
}
