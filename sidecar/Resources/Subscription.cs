namespace Sidecar.Resources;

/// <summary>A declarative Subscription, v1alpha1 and v2alpha1 alike: a v1 route is a v2 default route.</summary>
internal sealed record Subscription(
    string Name,
    string PubSubName,
    string Topic,
    IReadOnlyList<EventRule> Rules,
    string? DefaultRoute,
    string? DeadLetterTopic,
    IReadOnlyDictionary<string, string> Metadata,
    BulkSubscribe? Bulk,
    IReadOnlyList<string> Scopes,
    string File,
    int Line
)
{
    /// <summary>What its document says, to tell whether it has changed.</summary>
    public string Content { get; init; } = "";

    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}

/// <summary>Where events go for which the CEL expression <paramref name="Match"/> holds.</summary>
internal sealed record EventRule(string Match, string Path);

/// <summary>At most <paramref name="MaxMessages"/> events a delivery, gathered for at most <paramref name="MaxAwait"/>.</summary>
internal sealed record BulkSubscribe(int MaxMessages = 100, int MaxAwaitMs = 1000)
{
    public TimeSpan MaxAwait => TimeSpan.FromMilliseconds(MaxAwaitMs);
}
