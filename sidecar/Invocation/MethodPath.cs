using System.Text;
using Sidecar.Api;

namespace Sidecar.Invocation;

/// <summary>What is called, and at whom. <paramref name="Method"/> is decoded once and clean: no leading slash, no <c>//</c>, no <c>..</c>.</summary>
internal sealed record InvocationTarget(string Id, string Method);

/// <summary>
/// Finds target and method in the three places where Dapr lets them stand. The one clean form it gives is what access control
/// judges and what is dispatched, so that no spelling of a path slips through between the two.
/// </summary>
internal static class MethodPath
{
    private const string InvokePrefix = "/v1.0/invoke/";
    private const string MethodPart = "/method/";

    /// <summary>Null when the request names no target.</summary>
    public static InvocationTarget? Find(HttpRequest request)
    {
        // The path as ASP.NET gives it is decoded but for %2F; decoding that too makes it what Dapr sees.
        var path = (request.Path.Value ?? "/").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (request.Headers["dapr-app-id"].ToString() is { Length: > 0 } header)
        {
            return new InvocationTarget(header, Clean(path));
        }
        if (BasicUser(request.Headers.Authorization.ToString()) is { } user)
        {
            return new InvocationTarget(user, Clean(path));
        }
        if (!path.StartsWith(InvokePrefix, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        var rest = path[InvokePrefix.Length..];
        var at = rest.IndexOf(MethodPart, StringComparison.Ordinal);
        return at > 0 ? new InvocationTarget(Uri.UnescapeDataString(rest[..at]), Clean(rest[(at + MethodPart.Length)..])) : null;
    }

    /// <summary>Removes empty and <c>.</c> segments and resolves <c>..</c>, never above the root.</summary>
    public static string Clean(string path)
    {
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw DaprErrors.Malformed("the method path contains a NUL character");
        }
        var kept = new List<string>();
        foreach (var segment in path.Split('/'))
        {
            switch (segment)
            {
                case "" or ".":
                    break;
                case "..":
                    if (kept.Count > 0)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }
                    break;
                default:
                    kept.Add(segment);
                    break;
            }
        }
        return string.Join('/', kept);
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
        return parts.Length == 2 && parts[0].Equals("dapr-app-id", StringComparison.OrdinalIgnoreCase) ? parts[1] : null;
    }
}
