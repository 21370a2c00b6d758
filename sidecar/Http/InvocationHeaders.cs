using System.Net;
using System.Net.Http.Headers;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Sidecar.Http;

/// <summary>The headers that name caller and callee between sidecars and apps.</summary>
internal static class InvocationHeaders
{
    public const string Caller = "dapr-caller-app-id";
    public const string CallerNamespace = "dapr-caller-namespace";
    public const string Callee = "dapr-callee-app-id";
    public const string ApiCall = "dapr-api-call";
    public const string AppId = "dapr-app-id";
    public const string ApiToken = "dapr-api-token";

    /// <summary>The target's name between two daprds.</summary>
    private const string Destination = "destination-app-id";

    private const string OfGrpc = "grpc-";

    /// <summary>A self-hosted sidecar has a namespace in name only.</summary>
    public static readonly string Namespace = Environment.GetEnvironmentVariable("NAMESPACE") is { Length: > 0 } given ? given : "default";

    private static readonly Lazy<string> FoundHostAddress = new(FindHostAddress);

    private static readonly string HostName = Environment.MachineName;

    /// <summary>The address of this machine that other machines reach.</summary>
    public static string HostAddress => FoundHostAddress.Value;

    /// <summary>The caller, for the callee's app. None in a call of the own app, which never leaves the sidecar.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Of(string caller, string callee, string callerNamespace)
    {
        if (caller == callee)
        {
            yield break;
        }
        yield return KeyValuePair.Create(CallerNamespace, callerNamespace);
        yield return KeyValuePair.Create(Caller, caller);
        yield return KeyValuePair.Create(Callee, callee);
        yield return KeyValuePair.Create("X-Forwarded-For", HostAddress);
        yield return KeyValuePair.Create("X-Forwarded-Host", HostName);
        yield return KeyValuePair.Create("Forwarded", $"for={HostAddress};by={HostAddress};host={HostName}");
    }

    /// <summary>The headers of an actor call: the client's, with the caller's in place of its claims.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> OfActorCall(
        string caller,
        IReadOnlyList<KeyValuePair<string, string>> headers
    ) =>
        [
            .. headers.Where(header => !IsOwn(header.Key) && !header.Key.Equals(ApiCall, StringComparison.OrdinalIgnoreCase)),
            KeyValuePair.Create(ApiCall, "true"),
            KeyValuePair.Create(Caller, caller),
            KeyValuePair.Create(CallerNamespace, Namespace),
        ];

    /// <summary>
    /// True if the client's value of <paramref name="header"/> is dropped. Otherwise it stays before the true value, as in daprd (apps must
    /// not trust the first value), except in a call of its own app.
    /// </summary>
    public static bool Drops(string header, string caller, string callee) =>
        header.Equals(AppId, StringComparison.OrdinalIgnoreCase)
        || header.Equals(ApiToken, StringComparison.OrdinalIgnoreCase)
        || (
            caller == callee
            && (
                header.Equals(Caller, StringComparison.OrdinalIgnoreCase)
                || header.Equals(Callee, StringComparison.OrdinalIgnoreCase)
                || header.Equals(CallerNamespace, StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <summary>Removes the headers for which <see cref="Drops"/> is true.</summary>
    public static void Drop(HttpHeaders headers, string caller, string callee)
    {
        headers.Remove(AppId);
        headers.Remove(ApiToken);
        if (caller == callee)
        {
            headers.Remove(Caller);
            headers.Remove(Callee);
            headers.Remove(CallerNamespace);
        }
    }

    /// <summary>The app that a proxied gRPC call names; null if it names none.</summary>
    public static string? ProxyTarget(IHeaderDictionary headers) =>
        headers[Callee] is [{ Length: > 0 } callee, ..] ? callee
        : headers[AppId] is [{ Length: > 0 } app, ..] ? app
        : null;

    /// <summary>True for a header that daprd passes to no HTTP app and no HTTP client.</summary>
    public static bool EndsBeforeHttp(string header) =>
        header.EndsWith("-bin", StringComparison.OrdinalIgnoreCase) || IsDestination(header);

    public static bool IsDestination(string header) => header.Equals(Destination, StringComparison.OrdinalIgnoreCase);

    /// <summary>The name under which an HTTP app or client receives a header: those of gRPC itself have a prefix.</summary>
    public static string NameInHttp(string header) =>
        header.StartsWith(OfGrpc, StringComparison.OrdinalIgnoreCase) ? $"dapr-{header}" : header;

    /// <summary>Drops and renames the headers that daprd does not pass to an HTTP app or client unchanged.</summary>
    public static void MakeHttp(HttpHeaders headers)
    {
        List<string>? affected = null;
        foreach (var (name, _) in headers.NonValidated)
        {
            if (EndsBeforeHttp(name) || name.StartsWith(OfGrpc, StringComparison.OrdinalIgnoreCase))
            {
                (affected ??= []).Add(name);
            }
        }
        if (affected is null)
        {
            return;
        }
        foreach (var name in affected)
        {
            if (!EndsBeforeHttp(name))
            {
                headers.TryAddWithoutValidation(NameInHttp(name), headers.NonValidated[name].AsEnumerable());
            }
            headers.Remove(name);
        }
    }

    /// <summary>In the gRPC form the true values replace the client's, as in daprd.</summary>
    public static bool IsOwn(string header) =>
        header.Equals(Caller, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Callee, StringComparison.OrdinalIgnoreCase)
        || header.Equals(CallerNamespace, StringComparison.OrdinalIgnoreCase);

    private static string FindHostAddress() =>
        Environment.GetEnvironmentVariable("DAPR_HOST_IP") is { Length: > 0 } given
            ? given
            : NetworkInterface
                .GetAllNetworkInterfaces()
                .Where(card => card.OperationalStatus == OperationalStatus.Up && card.NetworkInterfaceType != NetworkInterfaceType.Loopback)
                .SelectMany(card => card.GetIPProperties().UnicastAddresses)
                .Select(address => address.Address)
                .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork, IPAddress.Loopback)
                .ToString();
}
