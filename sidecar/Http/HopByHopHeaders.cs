using System.Net.Http.Headers;

namespace Sidecar.Http;

/// <summary>
/// Headers that belong to one connection and end there: daprd's list, and those that <c>Connection</c> nominates (RFC 9110, section 7.6.1).
/// </summary>
internal static class HopByHopHeaders
{
    private static readonly HashSet<string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection",
        "Keep-Alive",
        "Proxy-Connection",
        "Transfer-Encoding",
        "Upgrade",
        "HTTP2-Settings",
        "TE",
        "Trailer",
        "Proxy-Authorization",
        "Proxy-Authenticate",
    };

    public static bool Contains(string name) => Names.Contains(name);

    public static void RemoveNominated(HttpResponseMessage response)
    {
        if (response.Headers.NonValidated.TryGetValues("Connection", out var nominated))
        {
            RemoveNominated(nominated, response.Headers, response.Content);
        }
    }

    public static void RemoveNominated(IEnumerable<string?> connection, HttpHeaders headers, HttpContent? content)
    {
        foreach (var name in Nominated(connection).ToList())
        {
            // Removing a name that is not allowed in a collection throws, and .NET keeps some headers (Expires, Allow) with the content.
            if (headers.NonValidated.Contains(name))
            {
                headers.Remove(name);
            }
            else if (content?.Headers.NonValidated.Contains(name) == true)
            {
                content.Headers.Remove(name);
            }
        }
    }

    /// <summary>An invalid header name nominates nothing; the headers that describe a body stay.</summary>
    private static IEnumerable<string> Nominated(IEnumerable<string?> connection) =>
        connection
            .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            .Where(name =>
                name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
                && !name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase)
            );
}
