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
    public static void MapInvocation(this IEndpointRouteBuilder routes)
    {
        routes.Map("/v1.0/invoke/{**rest}", InvokeAsync);
        routes.MapFallback("/{**path}", InvokeAsync);
    }

    public static Task InvokeAsync(HttpContext context)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener.Kind == ListenerKind.Grpc)
        {
            var target = context.Request.Headers[InvocationHeaders.AppId].ToString();
            return target.Length > 0
                ? listener.Sidecar.Blocks.Invoker.ProxyAsync(context, target)
                : throw UnknownGrpc(context.Request.Path.Value ?? "");
        }
        return MethodPath.Find(context) is { } named
            ? listener.Sidecar.Blocks.Invoker.ForwardAsync(context, named)
            : throw InvocationErrors.NoTargetApp();
    }

    private static DaprException UnknownGrpc(string path) =>
        path.StartsWith("/dapr.proto.runtime.v1.Dapr/", StringComparison.Ordinal)
            ? DaprErrors.NotOffered(path[(path.LastIndexOf('/') + 1)..])
            : InvocationErrors.NoGrpcTargetApp();
}
