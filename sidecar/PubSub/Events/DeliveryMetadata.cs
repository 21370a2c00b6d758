namespace Sidecar.PubSub.Events;

/// <summary>What goes beside an event to the app: the metadata it was published with, and the component it came through.</summary>
internal static class DeliveryMetadata
{
    public const string PubSubName = "pubsubName";

    public static IEnumerable<KeyValuePair<string, string>> Of(string pubsub, IReadOnlyDictionary<string, string> metadata) =>
        metadata.Where(item => !IsAboutTheBody(item.Key)).Append(KeyValuePair.Create(PubSubName, pubsub));

    /// <summary>The body is an envelope by now, with a type and a length of its own.</summary>
    private static bool IsAboutTheBody(string name) =>
        name.Equals("content-type", StringComparison.OrdinalIgnoreCase)
        || name.Equals("content-length", StringComparison.OrdinalIgnoreCase);
}
