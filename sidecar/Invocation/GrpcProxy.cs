using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Go;
using Sidecar.Http;
using Sidecar.Metrics;
using Sidecar.Names;
using Sidecar.Resiliency;
using Sidecar.Tracing;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>Proxies gRPC calls of any service to the app that is named in their metadata.</summary>
internal sealed class GrpcProxy(AppOptions caller, ILocalApps directory, INameResolver names, IHttpForwarder forwarder, TimeProvider time)
{
    /// <summary>The metadata by which a client says that its call is no unary one.</summary>
    private const string StreamHeader = "dapr-stream";

    public async Task SendAsync(HttpContext context, InvocationTarget target, Policy? policy)
    {
        if (policy is null)
        {
            await SendOnceAsync(context, target);
            return;
        }
        var body = policy.Retries ? new ReplayableBody(context.Request.Body, caller.MaxBodySize) : null;
        context.Request.Body = body ?? context.Request.Body;
        ProxyAttempt? last = null;
        try
        {
            await policy.ExecuteAsync(TryAsync, context.RequestAborted);
        }
        catch (Exception e) when (PolicyStatus.Of(e) is { } refusal)
        {
            if (!context.Response.HasStarted)
            {
                GrpcStatusAnswer.Write(context, refusal.StatusCode, refusal.Detail);
            }
            return;
        }
        last?.Conclude(context.Response);

        async ValueTask<ProxyAttempt> TryAsync(CancellationToken limit)
        {
            // A request that cannot be sent twice has been answered by the previous attempt.
            if (last is not null && (context.Response.HasStarted || !await body!.TryRewindAsync(time, limit)))
            {
                return new ProxyAttempt(limit);
            }
            if (last is not null)
            {
                context.Response.Clear();
            }
            var attempt = new ProxyAttempt(limit);
            context.Features.Set(attempt);
            await SendOnceAsync(context, target);
            limit.ThrowIfCancellationRequested();
            attempt.Note(context.Response);
            return last = attempt;
        }
    }

    /// <summary>The callee's side: access control, then the app itself.</summary>
    public async Task DeliverAsync(
        HttpContext context,
        ILocalApp callee,
        InvocationTarget target,
        string callerId,
        string? denial,
        Span span
    )
    {
        if (denial is not null)
        {
            GrpcStatusAnswer.Write(context, StatusCode.PermissionDenied, denial);
            return;
        }
        if (callee.Client is not { } client)
        {
            GrpcStatusAnswer.Write(context, StatusCode.Internal, "app channel is not initialized");
            return;
        }
        span.Name("/" + target.Method);
        var error = await ForwardAsync(
            context,
            client.Address,
            client.Invoker,
            new ToApp(client, callerId, callee.Options.AppId, target, span.Context, grpc: true)
        );
        span.End();
        if (error != ForwarderError.None && !context.Response.HasStarted)
        {
            GrpcStatusAnswer.Write(
                context,
                StatusCode.Unavailable,
                $"connection error: {HttpForwarding.Cause(context.GetForwarderErrorFeature()?.Exception) ?? error.ToString()}"
            );
        }
    }

    private async Task SendOnceAsync(HttpContext context, InvocationTarget target)
    {
        var streams = BooleanText.Of(context.Request.Headers[StreamHeader].ToString());
        var begun = time.GetTimestamp();
        if (directory.Find(target.Id) is { } local)
        {
            SidecarMeter.ProxiedSent(caller.AppId, target.Id, streams);
            await local.Invoker.DeliverGrpcAsync(context, local, target, caller.AppId);
        }
        else if (await names.FindAsync(target.Id) is { } sidecar)
        {
            SidecarMeter.ProxiedSent(caller.AppId, target.Id, streams);
            var transformer = new ToSidecar(sidecar, caller.AppId, target);
            if (
                await ForwardAsync(context, sidecar, SidecarRegistry.Invoker, transformer) != ForwarderError.None
                && ConnectionRefusal.Is(context.GetForwarderErrorFeature()?.Exception)
            )
            {
                names.Forget();
            }
        }
        else
        {
            GrpcStatusAnswer.Write(context, StatusCode.Unknown, $"couldn't find service: {target.Id}");
            return;
        }
        if (!streams) // as in daprd: a stream has no time of its own
        {
            SidecarMeter.ProxiedAnswerReceived(caller.AppId, target.Id, CodeOf(context), time.GetElapsedTime(begun));
        }
    }

    private static int CodeOf(HttpContext context) =>
        context.Features.Get<ProxyAttempt>()?.Code
        ?? (context.Response.StatusCode == StatusCodes.Status200OK ? GrpcStatusAnswer.CodeOf(context) : (int)StatusCode.Unavailable);

    private ValueTask<ForwarderError> ForwardAsync(
        HttpContext context,
        Uri address,
        HttpMessageInvoker invoker,
        HttpTransformer transformer
    ) =>
        context.Features.Get<ProxyAttempt>() is { } attempt
            ? forwarder.SendAsync(
                context,
                address.ToString(),
                invoker,
                HttpForwarding.Http2,
                new HeldStatusTransformer(transformer, attempt),
                attempt.Cancellation
            )
            : forwarder.SendAsync(context, address.ToString(), invoker, HttpForwarding.Http2, transformer);
}
