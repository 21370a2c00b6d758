using Sidecar.Invocation;

namespace Sidecar.Api.Http;

/// <summary>
/// Service invocation over HTTP, and with it every path that is no API route: daprd tries those as an invocation whose target is
/// named by header or Basic authentication.
/// </summary>
internal static class InvocationEndpoints
{
    /// <summary>Parts of Dapr's API that the embedded sidecar leaves out, by the start of their paths.</summary>
    private static readonly (string Path, string Feature)[] LeftOut =
    [
        ("/v1.0/actors/", "actors"),
        ("/v1.0/bindings/", "bindings"),
        ("/v1.0/configuration/", "the configuration API"),
        ("/v1.0-alpha1/configuration/", "the configuration API"),
        ("/v1.0-alpha1/lock/", "distributed locks"),
        ("/v1.0-alpha1/unlock/", "distributed locks"),
        ("/v1.0-alpha1/crypto/", "cryptography"),
        ("/v1.0-alpha1/subtlecrypto/", "cryptography"),
        ("/v1.0-alpha1/jobs/", "jobs"),
        ("/v1.0/jobs/", "jobs"),
        ("/v1.0-alpha1/conversation/", "conversations"),
        ("/v1.0-alpha2/conversation/", "conversations"),
    ];

    public static void MapInvocation(this IEndpointRouteBuilder routes)
    {
        routes.Map("/v1.0/invoke/{**rest}", InvokeAsync);
        routes.MapFallback("/{**path}", InvokeAsync);
    }

    private static Task InvokeAsync(HttpContext context)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener.Kind == ListenerKind.Grpc)
        {
            var target = context.Request.Headers[InvocationHeaders.AppId].ToString();
            return target.Length > 0 ? listener.Sidecar.Invoker.ProxyAsync(context, target) : throw UnknownGrpc(context);
        }
        if (MethodPath.Find(context.Request) is { } named)
        {
            return listener.Sidecar.Invoker.ForwardAsync(context, named);
        }
        foreach (var (path, feature) in LeftOut)
        {
            if (context.Request.Path.StartsWithSegments(path.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))
            {
                throw DaprErrors.NotHere(feature);
            }
        }
        throw DaprErrors.NoTarget();
    }

    private static DaprException UnknownGrpc(HttpContext context)
        => new(new DaprError(501, global::Grpc.Core.StatusCode.Unimplemented, "ERR_API_UNIMPLEMENTED", $"unknown method {context.Request.Path}: neither a method of Dapr nor a call with dapr-app-id metadata"));
}
