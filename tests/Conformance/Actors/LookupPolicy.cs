namespace Conformance.Actors;

/// <summary>
/// A Resiliency resource whose target is an actor type: a call then fails at once if the type has no host. Without a target the sidecar
/// repeats the lookup for five seconds.
/// </summary>
internal static class LookupPolicy
{
    public static string Once(string actorType) =>
        $$"""
            apiVersion: dapr.io/v1alpha1
            kind: Resiliency
            metadata: { name: lookups }
            spec:
              policies: { timeouts: { long: 60s } }
              targets: { actors: { {{actorType}}: { timeout: long } } }
            """;
}
