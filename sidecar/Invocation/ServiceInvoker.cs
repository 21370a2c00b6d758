using System.Net;
using Grpc.Core;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>
/// Service invocation of one app: requests go straight to the target app when its sidecar lives in this process, else to the
/// other process's sidecar. Bodies stream both ways.
/// </summary>
internal sealed class ServiceInvoker(AppOptions caller, AppDirectory directory, IHttpForwarder forwarder)
{
    private static readonly ForwarderRequestConfig Http11 = new() { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower, ActivityTimeout = TimeSpan.FromMinutes(10) };
    private static readonly ForwarderRequestConfig Http2 = new() { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, ActivityTimeout = TimeSpan.FromDays(1) };

    /// <summary>Forwards an HTTP request of this app.</summary>
    public async Task ForwardAsync(HttpContext context, InvocationTarget target)
    {
        if (target.Id.StartsWith("http://", StringComparison.Ordinal) || target.Id.StartsWith("https://", StringComparison.Ordinal))
        {
            // Dapr reaches any address this way. Only what a resource declares is reachable here (SSRF; docs/fidelity.md).
            throw DaprErrors.InvokeDenied(target.Id, "the address is not declared by an HTTPEndpoint resource");
        }
        if (context.Request.ContentLength > caller.MaxBodySize)
        {
            throw DaprErrors.InvokeFailed(target.Id, $"http: request body too large ({context.Request.ContentLength} bytes, at most {caller.MaxBodySize})");
        }
        if (directory.Local(target.Id) is { } local)
        {
            await DeliverAsync(context, local, target, caller.AppId);
        }
        else if (directory.Remote(target.Id) is { } remote)
        {
            await SendAsync(context, remote, SidecarRegistry.Invoker, Http2, new ToSidecar(caller.AppId, target), target.Id);
        }
        else
        {
            throw NotFound(target.Id);
        }
    }

    /// <summary>The callee's side: access control, then the app itself. <paramref name="callerId"/> is who asks.</summary>
    public async Task DeliverAsync(HttpContext context, AppSidecar callee, InvocationTarget target, string callerId)
    {
        var client = Admit(callee, target, callerId, context.Request.Method);
        if (callee.Options.AppIsGrpc)
        {
            await GrpcAppBridge.SendAsync(context, callee, target, callerId);
            return;
        }
        using var slot = await client.EnterAsync(context.RequestAborted);
        await SendAsync(context, client.Address, client.Invoker, client.Http2 ? Http2 : Http11, new ToApp(client, callerId, callee.Options.AppId, target), target.Id);
    }

    /// <summary>The gRPC form: one message there, one back.</summary>
    public async Task<InvocationReply> InvokeAsync(string targetId, InvocationCall call, CancellationToken cancellation)
    {
        var target = new InvocationTarget(targetId, MethodPath.Clean(call.Method));
        var callee = directory.Local(targetId);
        if (callee is null)
        {
            return directory.Remote(targetId) is { } remote
                ? await RemoteCall.SendAsync(remote, caller.AppId, target, call, cancellation)
                : throw NotFound(targetId);
        }
        Admit(callee, target, caller.AppId, call.Verb);
        var headers = call.Headers.Concat(InvocationHeaders.Callers(caller.AppId, callee.Options.AppId)).ToList();
        try
        {
            return await callee.Channel!.InvokeAsync(call with { Method = target.Method, Headers = headers }, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw DaprErrors.InvokeFailed(targetId, e.Message);
        }
    }

    /// <summary>Proxies a gRPC call of any service to the app named in its metadata.</summary>
    public async Task ProxyAsync(HttpContext context, string targetId)
    {
        var target = new InvocationTarget(targetId, MethodPath.Clean(context.Request.Path.Value ?? ""));
        if (directory.Local(targetId) is { } local)
        {
            await DeliverGrpcAsync(context, local, target, caller.AppId);
        }
        else if (directory.Remote(targetId) is { } remote)
        {
            await forwarder.SendAsync(context, remote.ToString(), SidecarRegistry.Invoker, Http2, new ToSidecar(caller.AppId, target));
        }
        else
        {
            throw new DaprException(NotFound(targetId).Error with { GrpcStatus = StatusCode.Unknown });
        }
    }

    public async Task DeliverGrpcAsync(HttpContext context, AppSidecar callee, InvocationTarget target, string callerId)
    {
        var client = Admit(callee, target, callerId, "POST");
        using var slot = await client.EnterAsync(context.RequestAborted);
        var error = await forwarder.SendAsync(context, client.Address.ToString(), client.Invoker, Http2, new ToApp(client, callerId, callee.Options.AppId, target));
        if (error != ForwarderError.None && !context.Response.HasStarted)
        {
            GrpcEdge.WriteStatus(context, StatusCode.Unavailable, $"failed to reach app {target.Id}: {error}");
        }
    }

    private static AppClient Admit(AppSidecar callee, InvocationTarget target, string callerId, string verb)
    {
        if (!callee.Access.Allows(callerId, target.Method, verb))
        {
            throw DaprErrors.InvokeDenied(target.Id, $"access control policy has denied access to id: {callerId} operation: {target.Method} verb: {verb}");
        }
        return callee.Client ?? throw DaprErrors.InvokeFailed(target.Id, "app channel is not initialized");
    }

    private async Task SendAsync(HttpContext context, Uri address, HttpMessageInvoker invoker, ForwarderRequestConfig config, HttpTransformer transformer, string id)
    {
        var error = await forwarder.SendAsync(context, address.ToString(), invoker, config, transformer);
        if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        var cause = context.GetForwarderErrorFeature()?.Exception;
        context.Response.Clear();
        throw DaprErrors.InvokeFailed(id, cause?.InnerException?.Message ?? cause?.Message ?? error.ToString());
    }

    private static DaprException NotFound(string id)
        => DaprErrors.InvokeFailed(id, $"couldn't find service: {id}");
}
