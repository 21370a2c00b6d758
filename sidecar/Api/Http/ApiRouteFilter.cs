using Microsoft.AspNetCore.Routing.Patterns;
using Sidecar.Http;

namespace Sidecar.Api.Http;

/// <summary>
/// Hides routes after routing: those of Dapr's API match by exact case, and those that the Configuration's API lists exclude do not exist.
/// Hidden routes are handled as invocations, as every path without a route. Where there are no invocations, such a path is 404, or 405 if
/// it has a route for another verb.
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
        return Serves(listener, endpoint, path) ? next(context)
            : listener.Kind != ListenerKind.Public && api.OffersHttp("v1.0/invoke") ? InvocationEndpoints.InvokeAsync(context)
            : MissingAsync(context, listener, path);
    }

    private static bool Serves(ListenerFeature listener, RouteEndpoint endpoint, string path) =>
        !InvocationEndpoints.Handles(endpoint)
        && (listener.Kind != ListenerKind.Public || endpoint.Metadata.GetMetadata<PublicRoute>() is not null)
        && listener.Sidecar.Configuration.Api.OffersHttp(path.TrimStart('/'))
        && Matches(endpoint.RoutePattern, path);

    private static Task Withhold(HttpContext context)
    {
        GrpcEdge.WriteHttpFailure(context, 501, "requested endpoint is not available");
        return Task.CompletedTask;
    }

    private static Task MissingAsync(HttpContext context, ListenerFeature listener, string path)
    {
        string[] verbs =
        [
            .. context
                .RequestServices.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(endpoint => Serves(listener, endpoint, path))
                .SelectMany(endpoint => endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []),
        ];
        if (verbs.Length == 0)
        {
            return context.WritePlainAsync(404, "404 page not found");
        }
        context.Response.StatusCode = 405;
        context.Response.Headers.Allow = verbs;
        return Task.CompletedTask;
    }

    /// <summary>The web server matches without regard to case; the literal parts must match exactly.</summary>
    private static bool Matches(RoutePattern pattern, string path)
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
            if (given.IsEmpty || (segment.Parts is [RoutePatternLiteralPart literal] && !given.SequenceEqual(literal.Content)))
            {
                return false;
            }
            rest = end < 0 ? default : rest[(end + 1)..];
        }
        return rest.IsEmpty;
    }
}
