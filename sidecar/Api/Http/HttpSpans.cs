using System.Globalization;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Invocation;
using Sidecar.Tracing;

namespace Sidecar.Api.Http;

/// <summary>The attributes of the HTTP API's spans, by the building block of the path.</summary>
internal static class HttpSpans
{
    public static void Describe(HttpContext context, Span span)
    {
        var request = context.Request;
        var path = RequestPath.Of(context).Decoded;
        var call = $"{request.Method} {path}";
        span.Name(path);
        Block(context, span, call);
        span.Tag(SpanTags.Protocol, "http");
        span.Tag(SpanTags.Api, call);
        span.Tag(SpanTags.StatusCode, context.Response.StatusCode.ToString(CultureInfo.InvariantCulture));
        span.Tag(SpanTags.HttpMethod, request.Method);
        span.Tag(SpanTags.Url, context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()?.RawTarget);
        span.Tag(SpanTags.ServerAddress, context.Connection.RemoteIpAddress?.ToString());
        span.Tag(SpanTags.ServerPort, context.Connection.RemotePort.ToString(CultureInfo.InvariantCulture));
    }

    private static void Block(HttpContext context, Span span, string call)
    {
        switch (context.GetEndpoint() as RouteEndpoint)
        {
            case { RoutePattern.RawText: { } route } when route.Contains("/state/{store}", StringComparison.Ordinal):
                SpanTags.Store(span, "state", context.Route("store"), call);
                break;
            case { RoutePattern.RawText: { } route } when route.Contains("/secrets/{store}", StringComparison.Ordinal):
                SpanTags.Store(span, "secrets", context.Route("store"), call);
                break;
            case { RoutePattern.RawText: { } route } when route.Contains("/bindings/{name}", StringComparison.Ordinal):
                SpanTags.Store(span, "bindings", context.Route("name"), call);
                break;
            case { RoutePattern.RawText: { } route } when route.Contains("/publish/", StringComparison.Ordinal):
                span.Tag(SpanTags.MessagingSystem, "pubsub"); // daprd names the topic in the span of the delivery alone
                break;
            case { RoutePattern.RawText: { } route } when route.Contains("/actors/", StringComparison.Ordinal):
                Actor(context, span, route, call);
                break;
            default:
                if (InvocationOf(context) is { } target)
                {
                    SpanTags.Invocation(span, target.Id, target.Method);
                }
                break;
        }
    }

    private static void Actor(HttpContext context, Span span, string route, string call)
    {
        var (type, id) = (context.Route("type"), context.Route("id"));
        if (route.Contains("/method/", StringComparison.Ordinal))
        {
            span.Name($"CallActor/{type}/{context.Route("method")}");
            span.Tag(SpanTags.Actor, $"{type}.{id}");
            span.Tag(SpanTags.RpcService, SpanTags.ServiceInvocation);
            span.Tag(SpanTags.PeerName, $"{type}.{id}");
        }
        else if (route.Contains("/state", StringComparison.Ordinal))
        {
            span.Tag(SpanTags.Actor, $"{type}.{id}");
            SpanTags.Store(span, "state", "actor", call);
        }
    }

    private static InvocationTarget? InvocationOf(HttpContext context)
    {
        try
        {
            return MethodPath.Find(context);
        }
        catch (DaprException)
        {
            return null; // refused for its path, which the answer contains
        }
    }
}
