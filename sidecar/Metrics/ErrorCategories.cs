namespace Sidecar.Metrics;

/// <summary>The building block of an error code, with daprd's names.</summary>
internal static class ErrorCategories
{
    private static readonly (string Part, string Category)[] Parts =
    [
        ("ACTOR", "actor"),
        ("WORKFLOW", "workflow"),
        ("INSTANCE_ID", "workflow"),
        ("STATE", "state"),
        ("CONFIGURATION", "configuration"),
        ("CRYPTO", "crypto"),
        ("SECRET", "secret"),
        ("PERMISSION", "secret"),
        ("PUBSUB", "pubsub"),
        ("TOPIC", "pubsub"),
        ("CONVERSATION", "conversation"),
        ("DIRECT_INVOKE", "service-invocation"),
        ("BINDING", "binding"),
        ("LOCK", "lock"),
        ("SCHEDULER", "job"),
        ("HEALTH", "health"),
    ];

    public static string Of(string code) =>
        Parts.FirstOrDefault(part => code.Contains(part.Part, StringComparison.Ordinal)).Category ?? "common";
}
