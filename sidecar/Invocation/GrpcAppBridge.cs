using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Hosting;

namespace Sidecar.Invocation;

/// <summary>An HTTP call of a gRPC app: it arrives as <c>OnInvoke</c>, and the status comes back as HTTP.</summary>
internal static class GrpcAppBridge
{
    public static async Task SendAsync(HttpContext context, AppSidecar callee, InvocationTarget target, string caller)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        var headers = context.Request.Headers
            .Where(header => !header.Key.Equals(InvocationHeaders.ApiToken, StringComparison.OrdinalIgnoreCase) && !Hop.Contains(header.Key))
            .Select(header => KeyValuePair.Create(header.Key, header.Value.ToString()))
            .Concat(InvocationHeaders.Callers(caller, callee.Options.AppId))
            .ToList();
        var call = new InvocationCall(context.Request.Method, target.Method, context.Request.QueryString.Value ?? "", context.Request.ContentType, body.ToArray(), headers);
        try
        {
            var reply = await callee.Channel!.InvokeAsync(call, context.RequestAborted);
            context.Response.StatusCode = 200;
            context.Response.ContentType = string.IsNullOrEmpty(reply.ContentType) ? null : reply.ContentType;
            await context.Response.Body.WriteAsync(reply.Body, context.RequestAborted);
        }
        catch (RpcException e)
        {
            var status = StatusMapping.ToHttp(e.StatusCode);
            throw new DaprException(new DaprError(status, e.StatusCode, "ERR_DIRECT_INVOKE", e.Status.Detail is { Length: > 0 } detail ? detail : ReasonPhrases.GetReasonPhrase(status)), e);
        }
    }

    private static readonly HashSet<string> Hop = new(StringComparer.OrdinalIgnoreCase)
        { "Connection", "Keep-Alive", "Proxy-Connection", "Transfer-Encoding", "Upgrade", "TE", "Host", "Content-Length", "dapr-app-id" };
}
