using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Invocation;

namespace Sidecar.Hosting;

/// <summary>What every request passes first: which port it may use for what, the API token, the size limit.</summary>
internal static class Admission
{
    public static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        var sidecar = listener.Sidecar;
        var path = context.Request.Path;
        switch (listener.Kind)
        {
            case ListenerKind.Internal:
                await FromOtherSidecarAsync(context, sidecar);
                return;
            case ListenerKind.Public when !path.StartsWithSegments("/v1.0/healthz") && !path.StartsWithSegments("/v1.0/metadata"):
                throw DaprErrors.NoTarget();
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit && listener.Kind != ListenerKind.Grpc)
        {
            limit.MaxRequestBodySize = sidecar.Options.MaxBodySize;
        }
        if (sidecar.Options.ApiToken is { } token && !path.StartsWithSegments("/v1.0/healthz") && !Shows(context.Request, token))
        {
            throw DaprErrors.Unauthorized();
        }
        await next(context);
    }

    private static bool Shows(HttpRequest request, string token)
        => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(request.Headers[InvocationHeaders.ApiToken].ToString()), Encoding.UTF8.GetBytes(token));

    private static Task FromOtherSidecarAsync(HttpContext context, AppSidecar sidecar)
    {
        var caller = SidecarRegistry.CallerOf(context.Request) ?? throw DaprErrors.Unauthorized();
        var target = new InvocationTarget(sidecar.Options.AppId, MethodPath.Clean((context.Request.Path.Value ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase)));
        return context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true
            ? sidecar.Invoker.DeliverGrpcAsync(context, sidecar, target, caller)
            : sidecar.Invoker.DeliverAsync(context, sidecar, target, caller);
    }
}
