using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Actors;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Http;
using Sidecar.Invocation;
using Sidecar.Names;
using Sidecar.Tracing;

namespace Sidecar.Hosting;

/// <summary>Checks every request first: the caller on the internal port, the API token, the size limit.</summary>
internal static class RequestGuard
{
    public static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var sidecar = listener.Sidecar;
        if (listener.Kind == ListenerKind.Internal)
        {
            await FromOtherSidecarAsync(context, sidecar);
            return;
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit && listener.Kind != ListenerKind.Grpc)
        {
            limit.MaxRequestBodySize = sidecar.Options.MaxBodySize;
        }
        if (
            listener.Kind != ListenerKind.Public // serves health and metadata to everyone, as in daprd
            && sidecar.Options.ApiToken is { } token
            && !IsHealthCheck(context.Request)
            && !Shows(context.Request, token)
        )
        {
            await RefuseAsync(context, listener.Kind);
            return;
        }
        context.Request.Headers.Remove(InvocationHeaders.ApiToken);
        await next(context);
    }

    private static bool Shows(HttpRequest request, string token) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(request.Headers[InvocationHeaders.ApiToken].ToString()),
            Encoding.UTF8.GetBytes(token)
        );

    private static bool IsHealthCheck(HttpRequest request) =>
        HttpMethods.IsGet(request.Method) && request.Path.Value is "/v1.0/healthz" or "/v1.0/healthz/outbound";

    private static Task RefuseAsync(HttpContext context, ListenerKind kind)
    {
        if (kind != ListenerKind.Grpc)
        {
            return context.WritePlainAsync(401, "invalid api token");
        }
        var missing = context.Request.Headers[InvocationHeaders.ApiToken].Count == 0;
        GrpcEdge.WriteHttpFailure(
            context,
            401,
            missing ? "missing api token in request metadata" : "authentication error: api token mismatch"
        );
        return Task.CompletedTask;
    }

    private static Task FromOtherSidecarAsync(HttpContext context, IAppSidecar sidecar)
    {
        if (SidecarRegistry.CallerOf(context.Request) is not { } caller)
        {
            return context.WritePlainAsync(401, "only sidecars of the same user may call here");
        }
        context.Features.Set(SidecarRegistry.NamespaceOf(context.Request));
        context.Features.Set(GrpcForm.TakeFrom(context.Request));
        context.Features.Set(new Span(SidecarRegistry.TraceOf(context.Request)));
        if (context.Request.Headers.ContainsKey(ActorRelay.Header))
        {
            return ActorRelay.ReceiveAsync(context, sidecar.ActorHost);
        }
        GrpcAppStatus.AddTo(context);
        var target = new InvocationTarget(sidecar.Options.AppId, MethodPath.Clean(sidecar.Options.AppId, RequestPath.Of(context).Decoded));
        return context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            ? sidecar.Invoker.DeliverGrpcAsync(context, sidecar, target, caller)
            : sidecar.Invoker.DeliverAsync(context, sidecar, target, caller);
    }
}
