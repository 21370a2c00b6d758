using System.Collections.Frozen;
using ServiceDefaults.Identity;
using ServiceDefaults.Requests;

namespace Gateway.Forwarding;

/// <summary>
/// The headers that name the caller to services. Whatever a client sends under these names is dropped, and so is all that would choose
/// another target at a sidecar: Dapr's own headers, and Authorization, whose Basic form can name one. Tokens end at the edge, and so do
/// cookies and what a browser says about itself, which no service reads.
/// </summary>
internal static class ForwardedIdentity
{
    private static readonly FrozenSet<string> Dropped = FrozenSet.ToFrozenSet(
        ["Authorization", "Cookie", "Referer", "User-Agent", RequestId.Header, Caller.ServiceHeader, Caller.Header],
        StringComparer.OrdinalIgnoreCase
    );

    public static void Apply(HttpContext context, HttpRequestMessage request)
    {
        foreach (var name in request.Headers.Select(header => header.Key).Where(Drops).ToList())
        {
            request.Headers.Remove(name);
        }
        request.Headers.Add(RequestId.Header, RequestId.Current);
        request.Headers.Add(Caller.ServiceHeader, "gateway");
        request.Headers.Add(Caller.Header, context.User.ToCaller().ToString());
    }

    /// <summary>True if the header of a client's request is not passed on.</summary>
    public static bool Drops(string header) => header.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase) || Dropped.Contains(header);
}
