using Sidecar.Components;

namespace Sidecar.PubSub;

/// <summary>
/// The topics that an app may publish and subscribe to (metadata <c>allowedTopics</c>, <c>protectedTopics</c>, <c>publishingScopes</c>,
/// <c>subscriptionScopes</c>). Source: Dapr docs, "Scope Pub/sub topic access".
/// </summary>
internal sealed class TopicScopes
{
    private readonly HashSet<string> allowed,
        protectedTopics,
        publishing,
        subscribing;

    public TopicScopes(ComponentProperties properties, string appId)
    {
        allowed = Split(properties.Text("allowedTopics"));
        protectedTopics = Split(properties.Text("protectedTopics"));
        publishing = Scope(properties.Text("publishingScopes"), appId);
        subscribing = Scope(properties.Text("subscriptionScopes"), appId);
    }

    public bool MayPublish(string topic) => May(topic, publishing);

    public bool MaySubscribe(string topic) => May(topic, subscribing);

    /// <summary>
    /// A topic outside a given list of allowed ones is refused, protected or not; a protected one has to be granted by name.
    /// </summary>
    private bool May(string topic, HashSet<string> granted)
    {
        if (allowed.Count > 0 && !allowed.Contains(topic))
        {
            return false;
        }
        return (granted.Count == 0 && !protectedTopics.Contains(topic)) || granted.Contains(topic);
    }

    /// <summary>
    /// The topics granted to the app; empty when the list does not mention it, which narrows nothing. <c>app=</c> grants only the empty
    /// topic, which denies all.
    /// </summary>
    private static HashSet<string> Scope(string? scopes, string appId) =>
        [
            .. (scopes ?? "")
                .Replace(" ", "", StringComparison.Ordinal)
                .Split(';')
                .Select(entry => entry.Split('='))
                .Where(parts => parts.Length >= 2 && parts[0] == appId)
                .SelectMany(parts => parts[1].Split(',')),
        ];

    private static HashSet<string> Split(string? list) =>
        string.IsNullOrEmpty(list) ? [] : [.. list.Replace(" ", "", StringComparison.Ordinal).Split(',')];
}
