namespace Operations;

/// <summary>The pub/sub component: the Redis of <c>REDIS_HOST</c> if it is set, otherwise a SQLite file.</summary>
internal static class Manifests
{
    public const string Topic = "measured";

    public static string Events =>
        Environment.GetEnvironmentVariable("REDIS_HOST") is { Length: > 0 } host
            ? PubSub("pubsub.redis", "redisHost", host)
            : PubSub("pubsub.sqlite", "connectionString", "events.db");

    private static string PubSub(string type, string setting, string value) =>
        $"""
            apiVersion: dapr.io/v1alpha1
            kind: Component
            metadata:
              name: events
            spec:
              type: {type}
              version: v1
              metadata:
                - name: {setting}
                  value: {value}
            """;
}
