namespace Sidecar.Invocation;

/// <summary>The headers by which sidecars and apps tell who calls whom.</summary>
internal static class InvocationHeaders
{
    public const string Caller = "dapr-caller-app-id";
    public const string Callee = "dapr-callee-app-id";
    public const string AppId = "dapr-app-id";
    public const string ApiToken = "dapr-api-token";

    public static IEnumerable<KeyValuePair<string, string>> Callers(string caller, string callee)
        => [KeyValuePair.Create(Caller, caller), KeyValuePair.Create(Callee, callee)];
}
