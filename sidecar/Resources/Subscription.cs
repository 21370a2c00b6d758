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
    /// <summary>The text of its document, compared to detect a change.</summary>
    public string Content { get; init; } = "";

    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}

/// <summary>The path of events that satisfy the CEL expression <paramref name="Match"/>.</summary>
internal sealed record EventRule(string Match, string Path);

/// <summary>At most <paramref name="MaxMessages"/> events a delivery, gathered for at most <paramref name="MaxAwait"/>.</summary>
internal sealed record BulkSubscribe(int MaxMessages = 100, int MaxAwaitMs = 1000)
{
    public TimeSpan MaxAwait => TimeSpan.FromMilliseconds(MaxAwaitMs);

    /// <summary>Zero and negative numbers stand for the defaults, as in daprd.</summary>
    public static BulkSubscribe Of(int? maxMessages, int? maxAwaitMs) =>
        new(maxMessages is > 0 ? maxMessages.Value : 100, maxAwaitMs is > 0 ? maxAwaitMs.Value : 1000);
}
