using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>
/// Which topics an app may publish and subscribe to (metadata <c>allowedTopics</c>, <c>protectedTopics</c>,
/// <c>publishingScopes</c>, <c>subscriptionScopes</c>). Source: Dapr docs, "Scope Pub/sub topic access".
/// </summary>
internal sealed class TopicScopes
{
    private readonly HashSet<string> allowed, protectedTopics;
    private readonly HashSet<string>? publishing, subscribing;

    public TopicScopes(ComponentProperties properties, string appId)
    {
        allowed = Split(properties.Text("allowedTopics"));
        protectedTopics = Split(properties.Text("protectedTopics"));
        publishing = Scope(properties.Text("publishingScopes"), appId);
        subscribing = Scope(properties.Text("subscriptionScopes"), appId);
    }

    public bool MayPublish(string topic) => May(topic, publishing);

    public bool MaySubscribe(string topic) => May(topic, subscribing);

    private bool May(string topic, HashSet<string>? scope)
    {
        if (allowed.Count > 0 && !allowed.Contains(topic) && !protectedTopics.Contains(topic))
        {
            return false;
        }
        if (protectedTopics.Contains(topic))
        {
            return scope is not null && scope.Contains(topic);
        }
        return scope is null || scope.Contains(topic);
    }

    /// <summary>The topics listed for the app, or null when the list does not mention it: then nothing is narrowed.</summary>
    private static HashSet<string>? Scope(string? scopes, string appId)
    {
        foreach (var entry in (scopes ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var parts = entry.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0] == appId)
            {
                return Split(parts[1]);
            }
        }
        return null;
    }

    private static HashSet<string> Split(string? list)
        => [.. (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
}
