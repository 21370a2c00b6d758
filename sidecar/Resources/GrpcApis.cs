namespace Sidecar.Resources;

/// <summary>The building block of a method of Dapr's gRPC API. Source: Dapr docs, list of "gRPC APIs" for API lists.</summary>
internal static class GrpcApis
{
    private static readonly (string Part, string Name)[] Blocks =
    [
        ("SubscribeTopicEvents", "subscribe"),
        ("SubscribeActorEvents", "actors"),
        ("Configuration", "configuration"),
        ("Workflow", "workflows"),
        ("Actor", "actors"),
        ("Job", "jobs"),
        ("Subtle", "subtlecrypto"),
        ("Encrypt", "crypto"),
        ("Decrypt", "crypto"),
        ("Converse", "conversation"),
        ("TryLock", "lock"),
        ("Unlock", "unlock"),
        ("Secret", "secrets"),
        ("InvokeBinding", "bindings"),
        ("InvokeService", "invoke"),
        ("Publish", "publish"),
        ("Metadata", "metadata"),
        ("Shutdown", "shutdown"),
        ("State", "state"),
    ];

    /// <summary>False for a rule that names no API of gRPC, such as one of version <c>v1.0</c>, which only HTTP has.</summary>
    public static bool Contains(ApiRule rule) =>
        Dapr.Client.Autogen.Grpc.v1.Dapr.Descriptor.Methods.Any(method => Covers(rule, method.Name));

    public static bool Covers(ApiRule rule, string method)
    {
        var version = Version(method);
        return rule.Version == version
            && Blocks.FirstOrDefault(block => method.Contains(block.Part, StringComparison.Ordinal)).Name == rule.Name;
    }

    private static string Version(string method) =>
        method.EndsWith("Alpha1", StringComparison.Ordinal) ? "v1alpha1"
        : method.EndsWith("Alpha2", StringComparison.Ordinal) ? "v1alpha2"
        : method.EndsWith("Beta1", StringComparison.Ordinal) ? "v1beta1"
        : "v1";
}
