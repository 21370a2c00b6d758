using ServiceDefaults.Identity;
using ServiceDefaults.Requests;

namespace Gateway.Forwarding;

/// <summary>
/// The headers that name the caller to services. Whatever a client sends under these names is dropped, and so is all that would choose
/// another target at a sidecar: Dapr's own headers, and Authorization, whose Basic form can name one. Tokens end at the edge.
/// </summary>
internal static class ForwardedIdentity
{
    public static void Apply(HttpContext context, HttpRequestMessage request)
    {
        foreach (var name in request.Headers.Select(header => header.Key).Where(IsOurs).ToList())
        {
            request.Headers.Remove(name);
        }
        request.Headers.Add(RequestId.Header, RequestId.Current);
        request.Headers.Add(Caller.ServiceHeader, "gateway");
        request.Headers.Add(Caller.Header, context.User.ToCaller().ToString());
    }

    private static bool IsOurs(string header) =>
        header.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
        || header.Equals(RequestId.Header, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Caller.ServiceHeader, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Caller.Header, StringComparison.OrdinalIgnoreCase);
}
