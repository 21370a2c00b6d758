using Gateway.Identity;
using ServiceDefaults.Requests;

namespace Gateway.Routing;

/// <summary>
/// What services are told of who asks. Whatever a client says under these names is dropped, and so is all that would choose another
/// target at a sidecar: Dapr's own headers, and Authorization, whose Basic form can name one. Tokens end at the edge.
/// </summary>
internal static class ForwardedIdentity
{
    public static void Apply(HttpContext context, HttpRequestMessage request)
    {
        foreach (var name in request.Headers.Select(header => header.Key).Where(IsOurs).ToList())
        {
            request.Headers.Remove(name);
        }
        request.Headers.TryAddWithoutValidation(RequestId.Header, RequestId.Current);
        request.Headers.TryAddWithoutValidation("X-Service-Name", "gateway");
        if (context.User.Name() is { } user)
        {
            request.Headers.TryAddWithoutValidation(context.User.IsOperator() ? Operator.Header : Caller.CustomerHeader, user);
        }
    }

    private static bool IsOurs(string header)
        => header.StartsWith("dapr-", StringComparison.OrdinalIgnoreCase)
        || header.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
        || header.Equals(RequestId.Header, StringComparison.OrdinalIgnoreCase)
        || header.Equals("X-Service-Name", StringComparison.OrdinalIgnoreCase)
        || header.Equals(Operator.Header, StringComparison.OrdinalIgnoreCase)
        || header.Equals(Caller.CustomerHeader, StringComparison.OrdinalIgnoreCase);
}
