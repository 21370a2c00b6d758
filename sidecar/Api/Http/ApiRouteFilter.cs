using Microsoft.AspNetCore.Routing.Patterns;

namespace Sidecar.Api.Http;

/// <summary>
/// Hides routes after routing: those of Dapr's API match by exact case, and those that the Configuration's API lists exclude do not exist.
/// Hidden routes are handled as invocations, as every path without a route.
/// </summary>
internal static class ApiRouteFilter
{
    public static Task CheckAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint() is not RouteEndpoint { RoutePattern.PathSegments.Count: > 0 } endpoint)
        {
            return next(context);
        }
        var listener = context.Features.Get<ListenerFeature>()!;
        var path = context.Request.Path.Value ?? "";
        var api = listener.Sidecar.Configuration.Api;
        if (listener.Kind == ListenerKind.Grpc)
        {
            return api.OffersGrpc(path) ? next(context) : Withhold(context);
        }
        return api.OffersHttp(path.TrimStart('/')) && IsExact(endpoint.RoutePattern, path) ? next(context)
            : api.OffersHttp("v1.0/invoke") ? InvocationEndpoints.InvokeAsync(context)
            : NotFoundAsync(context);
    }

    private static Task Withhold(HttpContext context)
    {
        GrpcEdge.WriteHttpFailure(context, 501, "requested endpoint is not available");
        return Task.CompletedTask;
    }

    private static Task NotFoundAsync(HttpContext context)
    {
        context.Response.StatusCode = 404;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync("404 page not found\n");
    }

    /// <summary>The web server has matched without regard to case; the literal parts must match exactly.</summary>
    private static bool IsExact(RoutePattern pattern, string path)
    {
        var rest = path.AsSpan().TrimStart('/');
        foreach (var segment in pattern.PathSegments)
        {
            if (segment.Parts is [RoutePatternParameterPart { IsCatchAll: true }])
            {
                return true;
            }
            var end = rest.IndexOf('/');
            var given = end < 0 ? rest : rest[..end];
            if (segment.Parts is [RoutePatternLiteralPart literal] && !given.SequenceEqual(literal.Content))
            {
                return false;
            }
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return true;
    }
}
