namespace Sidecar.Resources;

/// <summary>One entry of an API list: <c>state</c>, <c>v1</c> (or <c>v1.0</c>), <c>http</c> or <c>grpc</c>.</summary>
internal sealed record ApiRule(string Name, string Version, string Protocol);

/// <summary>
/// API allow and deny lists (<c>spec.api</c>). A list without entries for a protocol does not restrict it; for gRPC, only entries that
/// name one of its APIs count. Health checks are always allowed. Source: Dapr docs, "Selectively enable Dapr APIs on the Dapr sidecar".
/// </summary>
internal sealed class ApiAccess(IReadOnlyList<ApiRule> allowed, IReadOnlyList<ApiRule> denied)
{
    private const string RuntimePrefix = "/dapr.proto.runtime.v1.Dapr/";

    private readonly string[] allowedHttp = [.. Of(allowed, "http").Select(rule => $"{rule.Version}/{rule.Name}")];
    private readonly string[] deniedHttp = [.. Of(denied, "http").Select(rule => $"{rule.Version}/{rule.Name}")];
    private readonly ApiRule[] allowedGrpc = [.. Of(allowed, "grpc").Where(GrpcApis.Contains)];
    private readonly ApiRule[] deniedGrpc = [.. Of(denied, "grpc")];

    /// <summary><paramref name="path"/> without a leading slash.</summary>
    public bool OffersHttp(string path)
    {
        if (allowedHttp.Length + deniedHttp.Length == 0 || path.StartsWith("v1.0/healthz", StringComparison.Ordinal))
        {
            return true;
        }
        // A rule may name the version as the path does, or as the group of routes does: v1.0-alpha1 is v1alpha1, v1.0 is v1.
        var grouped = path.Replace("v1.0-", "v1", StringComparison.Ordinal).Replace("v1.0/", "v1/", StringComparison.Ordinal);
        bool Named(string rule) =>
            path.StartsWith(rule, StringComparison.Ordinal) || grouped == rule || grouped.StartsWith(rule + "/", StringComparison.Ordinal);
        return !deniedHttp.Any(Named) && (allowedHttp.Length == 0 || allowedHttp.Any(Named));
    }

    /// <summary>Services other than Dapr's own are not subject to the lists.</summary>
    public bool OffersGrpc(string path)
    {
        if (allowedGrpc.Length + deniedGrpc.Length == 0 || !path.StartsWith(RuntimePrefix, StringComparison.Ordinal))
        {
            return true;
        }
        var method = path[RuntimePrefix.Length..];
        return !deniedGrpc.Any(rule => GrpcApis.Covers(rule, method))
            && (allowedGrpc.Length == 0 || allowedGrpc.Any(rule => GrpcApis.Covers(rule, method)));
    }

    private static IEnumerable<ApiRule> Of(IReadOnlyList<ApiRule> rules, string protocol) =>
        rules.Where(rule => rule.Protocol.Equals(protocol, StringComparison.OrdinalIgnoreCase));
}
