using System.Text.Json;
using System.Text.Json.Serialization;
using Sidecar.PubSub.Subscribing;
using Sidecar.Resources;

namespace Sidecar.Apps;

/// <summary>The answer of <c>GET /dapr/subscribe</c>. Source: Dapr docs, "Programmatic subscriptions".</summary>
internal static class ProgrammaticSubscriptions
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.AllowReadingFromString,
    };

    public static IReadOnlyList<TopicSubscription> Parse(ReadOnlySpan<byte> json) =>
        [
            .. (JsonSerializer.Deserialize<List<Item?>>(json, Options) ?? [])
                .OfType<Item>()
                .Select(Convert)
                .Where(subscription => !subscription.Route.IsEmpty),
        ];

    private static TopicSubscription Convert(Item item)
    {
        var rules = (item.Routes?.Rules ?? []).OfType<ItemRule>().Select(rule => new EventRule(rule.Match ?? "", rule.Path ?? ""));
        var fallback = item.Routes?.Default is { Length: > 0 } path ? path : item.Route;
        var bulk = item.BulkSubscribe is { Enabled: true } wanted
            ? BulkSubscribe.Of(wanted.MaxMessagesCount, wanted.MaxAwaitDurationMs)
            : null;
        return new TopicSubscription(
            item.PubsubName ?? "",
            item.Topic ?? "",
            new EventRoute(rules, string.IsNullOrEmpty(fallback) ? null : fallback),
            item.DeadLetterTopic,
            item.Metadata ?? new Dictionary<string, string>(),
            bulk,
            SubscriptionKind.Programmatic
        );
    }

    private sealed record Item(
        string? PubsubName,
        string? Topic,
        string? Route,
        ItemRoutes? Routes,
        Dictionary<string, string>? Metadata,
        string? DeadLetterTopic,
        ItemBulk? BulkSubscribe
    );

    private sealed record ItemRoutes(IReadOnlyList<ItemRule?>? Rules, string? Default);

    private sealed record ItemRule(string? Match, string? Path);

    private sealed record ItemBulk(bool Enabled, int MaxMessagesCount, int MaxAwaitDurationMs);
}
