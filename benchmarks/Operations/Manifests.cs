namespace Operations;

/// <summary>The sidecar's resources. With <c>REDIS_HOST</c> the events go over that Redis, otherwise over a SQLite file.</summary>
internal static class Manifests
{
    public const string Topic = "measured";

    public const string Store = """
        apiVersion: dapr.io/v1alpha1
        kind: Component
        metadata:
          name: store
        spec:
          type: state.sqlite
          version: v1
          metadata:
            - name: connectionString
              value: state.db
            - name: actorStateStore
              value: "true"
        """;

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
