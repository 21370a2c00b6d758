using System.Text;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Invocation;

/// <summary>
/// Target and method of a call. <paramref name="Method"/> is decoded once and clean: no leading slash, no <c>//</c>, no <c>..</c>.
/// </summary>
internal sealed record InvocationTarget(string Id, string Method);

/// <summary>
/// Finds target and method in the three places that Dapr allows. Access control and dispatch use the same clean form, so that no spelling
/// of a path passes between them.
/// </summary>
internal static class MethodPath
{
    private const string MethodPart = "/method/";

    /// <summary>Null if the request names no target.</summary>
    public static InvocationTarget? Find(HttpContext context)
    {
        var path = RequestPath.Of(context).Decoded;
        var headers = context.Request.Headers;
        if (headers[InvocationHeaders.AppId].ToString() is { Length: > 0 } header)
        {
            return Target(header, path);
        }
        if (BasicUser(headers.Authorization.ToString()) is { } user)
        {
            return Target(user, path);
        }
        if (AfterPrefix(path) is not { } rest)
        {
            return null;
        }
        var at = rest.IndexOf(MethodPart, StringComparison.Ordinal);
        return at > 0 ? Target(RequestPath.Parameter(rest[..at]), rest[(at + MethodPart.Length)..]) : null;
    }

    /// <summary>Returns the clean form of <paramref name="method"/>.</summary> <exception cref="DaprException">It contains <c>#</c>,
    /// <c>?</c> or control characters, which could end or change a path.</exception>
    public static string Clean(string id, string method)
    {
        var clean = RequestPath.Clean(method);
        foreach (var (at, c) in clean.Index())
        {
            if (c is '#' or '?' or '\0')
            {
                throw InvocationErrors.InvokeFailed(
                    id,
                    Grpc.Core.StatusCode.InvalidArgument,
                    $"invalid method: method contains forbidden character: \"{clean}\""
                );
            }
            if (c is < ' ' or '\x7f')
            {
                throw InvocationErrors.InvokeFailed(
                    id,
                    Grpc.Core.StatusCode.InvalidArgument,
                    $"invalid method: method contains control character at position {at}: \"{clean}\""
                );
            }
        }
        return clean;
    }

    private static InvocationTarget Target(string id, string method) => new(id, Clean(id, method));

    /// <summary>The part after <c>/v1.0/invoke/</c>, in which any number of slashes counts as one.</summary>
    private static string? AfterPrefix(string path)
    {
        foreach (var part in (ReadOnlySpan<string>)["v1.0", "invoke"])
        {
            var start = path.TrimStart('/');
            if (!start.StartsWith(part + "/", StringComparison.Ordinal))
            {
                return null;
            }
            path = start[part.Length..];
        }
        return path.TrimStart('/');
    }

    private static string? BasicUser(string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.Ordinal))
        {
            return null;
        }
        var buffer = new byte[authorization.Length];
        if (!Convert.TryFromBase64String(authorization["Basic ".Length..], buffer, out var length))
        {
            return null;
        }
        var parts = Encoding.UTF8.GetString(buffer, 0, length).Split(':');
        return parts.Length == 2 && parts[0].Equals(InvocationHeaders.AppId, StringComparison.OrdinalIgnoreCase) ? parts[1] : null;
    }
}
