using System.Net;
using Sidecar.Apps;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Turns a caller's request into the one its target app sees.</summary>
internal sealed class ToApp(AppClient app, string caller, string callee, InvocationTarget target) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellation)
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.RequestUri = AppPath.Resolve(app.Address, target.Method, context.Request.QueryString.Value ?? "");
        request.Headers.Host = null;
        request.Headers.Remove(InvocationHeaders.AppId);
        // What a client claims to be stays in front, as in daprd: apps must not trust the first value.
        request.Headers.TryAddWithoutValidation(InvocationHeaders.Caller, caller);
        request.Headers.Remove(InvocationHeaders.Callee);
        request.Headers.TryAddWithoutValidation(InvocationHeaders.Callee, callee);
        request.Headers.TryAddWithoutValidation("x-forwarded-host", context.Request.Host.Value);
        request.Headers.TryAddWithoutValidation("x-forwarded-for", context.Connection.RemoteIpAddress?.ToString() ?? IPAddress.Loopback.ToString());
        if (!request.Headers.Contains("traceparent"))
        {
            request.Headers.TryAddWithoutValidation("traceparent", Api.TraceParent.Of(context));
        }
        app.Authorize(request);
    }
}

/// <summary>Turns a caller's request into the one another process's sidecar sees.</summary>
internal sealed class ToSidecar(string caller, InvocationTarget target) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellation)
    {
        await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
        request.RequestUri = AppPath.Resolve(new Uri(destinationPrefix), target.Method, context.Request.QueryString.Value ?? "");
        request.Headers.Remove(InvocationHeaders.AppId);
        request.Headers.Remove(InvocationHeaders.ApiToken);
        Hosting.SidecarRegistry.Introduce(request, caller, target.Id);
    }
}
