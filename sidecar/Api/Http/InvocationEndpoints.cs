using Grpc.Core;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Invocation;

namespace Sidecar.Api.Http;

/// <summary>
/// Service invocation over HTTP. Also handles every path that is no API route: daprd treats it as an invocation whose target is named by
/// header or Basic authentication.
/// </summary>
internal static class InvocationEndpoints
{
    private const string Route = "/v1.0/invoke/{**rest}";
    private const string Fallback = "/{**path}";

    private static readonly HashSet<string> Verbs = new(StringComparer.OrdinalIgnoreCase)
    {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "OPTIONS",
        "TRACE",
        "PATCH",
    };

    public static void MapInvocation(this IEndpointRouteBuilder routes)
    {
        routes.Map(Route, InvokeAsync);
        routes.MapFallback(Fallback, InvokeAsync);
    }

    /// <summary>True for the route of invocations and for that of paths without another route.</summary>
    public static bool Handles(RouteEndpoint endpoint) => endpoint.RoutePattern.RawText is Route or Fallback;

    public static Task InvokeAsync(HttpContext context)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener.Kind == ListenerKind.Grpc)
        {
            return InvocationHeaders.ProxyTarget(context.Request.Headers) is { } target
                ? listener.Sidecar.Blocks.Invoker.ProxyAsync(context, target)
                : throw UnknownGrpc(context.Request.Path.Value ?? "");
        }
        if (MethodPath.Find(context) is not { } named)
        {
            throw InvocationErrors.NoTargetApp();
        }
        context.Request.Method = VerbOf(context.Request.Method, named);
        return listener.Sidecar.Blocks.Invoker.ForwardAsync(context, named);
    }

    /// <summary>As in daprd, an unknown verb becomes POST, and CONNECT is refused.</summary>
    private static string VerbOf(string verb, InvocationTarget target) =>
        Verbs.Contains(verb) ? verb
        : HttpMethods.IsConnect(verb) ? throw InvocationErrors.InvokeFailed(target.Id, StatusCode.InvalidArgument, "invalid HTTP verb")
        : HttpMethods.Post;

    private static DaprException UnknownGrpc(string path) =>
        path.StartsWith("/dapr.proto.runtime.v1.Dapr/", StringComparison.Ordinal)
            ? DaprErrors.NotOffered(path[(path.LastIndexOf('/') + 1)..])
            : InvocationErrors.NoGrpcTargetApp();
}
