using Grpc.Core;
using Sidecar.Apps;
using Sidecar.Failures;
using Sidecar.Http;
using Sidecar.Metrics;
using Sidecar.Names;
using Sidecar.Resiliency;
using Sidecar.Resources;
using Sidecar.Tracing;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Invocation;

/// <summary>
/// Service invocation of one app: calls the target app directly if its sidecar runs in this process, otherwise the other process's sidecar
/// or a declared HTTP endpoint. Bodies stream in both directions.
/// </summary>
internal sealed class ServiceInvoker(
    AppOptions caller,
    IReadOnlyList<HttpEndpoint> endpoints,
    ILocalApps directory,
    INameResolver names,
    IHttpForwarder forwarder,
    PolicyBook policies,
    TimeProvider time
) : IDisposable
{
    private readonly EndpointClients clients = new();
    private readonly TargetNames targets = new(endpoints);
    private readonly HttpForwarding forwarding = new(forwarder, names);
    private readonly GrpcProxy proxy = new(caller, directory, names, forwarder, time);

    /// <summary>Forwards an HTTP request of this app.</summary>
    public async Task ForwardAsync(HttpContext context, InvocationTarget target)
    {
        if (context.Request.ContentLength > caller.MaxBodySize)
        {
            await context.Request.DrainAsync(caller.MaxBodySize);
            throw InvocationErrors.InvokeFailed(target.Id, RequestBody.TooLarge);
        }
        targets.Demand(target.Id);
        target = target with { Id = targets.WithoutNamespace(target.Id) };
        var policy = endpoints.FirstOrDefault(endpoint => endpoint.Name == target.Id) is { } named
            ? policies.App(target.Id, $"{target.Id}:{named.BaseUrl}") // one breaker for all paths, as in daprd
            : PolicyOf(target);
        try
        {
            await (policy is null ? ForwardOnceAsync(context, target) : ForwardAsync(policy, context, target));
        }
        catch (BadHttpRequestException e) when (RequestBody.IsTooLarge(e))
        {
            throw InvocationErrors.InvokeFailed(target.Id, RequestBody.TooLarge);
        }
    }

    /// <summary>Forwards under a policy. A streamed body cannot be sent again, so such a request is tried once, as in daprd.</summary>
    private async Task ForwardAsync(Policy policy, HttpContext context, InvocationTarget target)
    {
        var streams = context.Request.ContentLength is null && context.Request.Headers.TransferEncoding.Count > 0;
        if (!streams && policy.Retries)
        {
            context.Request.EnableBuffering();
        }
        Attempt last;
        try
        {
            last = streams
                ? await policy.ExecuteOnceAsync(TryAsync, context.RequestAborted)
                : await policy.ExecuteAsync(TryAsync, context.RequestAborted);
        }
        catch (Exception e) when (e is TimeoutException or CircuitBreakerRefusedException)
        {
            throw InvocationErrors.InvokeFailed(target.Id, e.Message);
        }
        await last.ConcludeAsync(context);

        async ValueTask<Attempt> TryAsync(CancellationToken limit)
        {
            var attempt = new Attempt(limit);
            context.Features.Set(attempt);
            context.Response.StatusCode = 200; // the forwarder has noted the status of the try before
            try
            {
                if (context.Request.Body.CanSeek)
                {
                    context.Request.Body.Position = 0;
                }
                await ForwardOnceAsync(context, target);
            }
            catch (DaprException e)
            {
                attempt.Fail(e);
            }
            return attempt;
        }
    }

    private async Task ForwardOnceAsync(HttpContext context, InvocationTarget target)
    {
        var begun = time.GetTimestamp();
        if (endpoints.FirstOrDefault(endpoint => endpoint.IsNamed(target.Id)) is { } endpoint)
        {
            CountSent(target);
            await forwarding.SendAsync(
                context,
                endpoint.BaseUrl,
                clients.ForStreams(endpoint),
                HttpForwarding.Http11,
                new ToEndpoint(endpoint, target),
                target,
                direct: true
            );
        }
        else if (target.Id.StartsWith("http://", StringComparison.Ordinal) || target.Id.StartsWith("https://", StringComparison.Ordinal))
        {
            // daprd reaches any address this way. Here only an address declared by a resource is reachable (SSRF; docs/fidelity.md).
            throw InvocationErrors.AccessDenied(target.Id, "the address is not declared by an HTTPEndpoint resource");
        }
        else if (directory.Find(target.Id) is { } local)
        {
            CountSent(target);
            await DeliverAsync(context, local, target, caller.AppId);
        }
        else
        {
            var sidecar = await RemoteAsync(target.Id);
            CountSent(target);
            await forwarding.SendAsync(
                context,
                sidecar,
                SidecarRegistry.Invoker,
                HttpForwarding.Http2,
                new ToSidecar(sidecar, caller.AppId, target),
                target
            );
        }
        SidecarMeter.AnswerReceived(caller.AppId, target.Id, Attempt.StatusOf(context), time.GetElapsedTime(begun));
    }

    public void Dispose() => clients.Dispose();

    /// <summary>The callee's side: access control, then the call of the app.</summary>
    public async Task DeliverAsync(HttpContext context, ILocalApp callee, InvocationTarget target, string callerId)
    {
        Callee.DemandAllowed(callee, target, callerId, context.Request.Method);
        SidecarMeter.Received(callee.Options.AppId, callerId);
        var client = Callee.Client(callee, target, callerId);
        Callee.DemandHealthy(callee, target);
        var span = Callee.StartSpan(callee, target, callerId, TraceContext.Of(context));
        var status = 0; // of a call without an answer, as in daprd
        try
        {
            if (callee.Options.AppIsGrpc)
            {
                await GrpcAppBridge.SendAsync(context, callee, target, callerId, span.Context);
                status = Attempt.StatusOf(context);
                return;
            }
            if (!callee.AppPipeline.IsEmpty)
            {
                if (await callee.AppPipeline.RunAsync(context, "/" + target.Method) is not { } led)
                {
                    status = context.Response.StatusCode;
                    return;
                }
                target = target with { Method = RequestPath.Clean(led) };
            }
            if (!client.Http2 && context.Request.ContentLength is null or 0 && EmptyBody.IsNeeded(context.Request.Method))
            {
                EmptyBody.Pass(context);
            }
            using var slot = await client.EnterAsync(Attempt.CancellationOf(context));
            await forwarding.SendAsync(
                context,
                client.Address,
                client.Invoker,
                client.Http2 ? HttpForwarding.Http2 : HttpForwarding.Http11,
                new ToApp(client, callerId, callee.Options.AppId, target, span.Context),
                target,
                direct: callerId == callee.Options.AppId
            );
            status = Attempt.StatusOf(context);
        }
        catch (Exception e) when (span.RecordException(e))
        {
            throw;
        }
        finally
        {
            span.End();
            SidecarMeter.AnswerSent(callee.Options.AppId, callerId, status);
        }
    }

    /// <summary>The gRPC form: one message there, one back.</summary>
    public async Task<InvocationReply> InvokeAsync(string targetId, InvocationCall call, CancellationToken cancellation)
    {
        var method = MethodPath.Clean(targetId, call.Method);
        targets.Demand(targetId);
        targetId = targets.WithoutNamespace(targetId);
        var target = new InvocationTarget(targetId, method);
        if (PolicyOf(target) is not { } policy)
        {
            return await InvokeOnceAsync(target, call, cancellation);
        }
        try
        {
            var last = await policy.ExecuteAsync(limit => new ValueTask<InvocationAttempt>(TryAsync(target, call, limit)), cancellation);
            return last.Outcome();
        }
        catch (Exception e) when (PolicyStatus.Of(e) is { } refusal)
        {
            throw new RpcException(refusal);
        }
    }

    private async Task<InvocationAttempt> TryAsync(InvocationTarget target, InvocationCall call, CancellationToken cancellation)
    {
        try
        {
            return new InvocationAttempt(await InvokeOnceAsync(target, call, cancellation), null);
        }
        catch (RpcException e)
        {
            cancellation.ThrowIfCancellationRequested(); // the time-out of the policy, or the caller has gone
            return new InvocationAttempt(null, e);
        }
    }

    private async Task<InvocationReply> InvokeOnceAsync(InvocationTarget target, InvocationCall call, CancellationToken cancellation)
    {
        var begun = time.GetTimestamp();
        try
        {
            var reply = await SendAsync(target, call, cancellation);
            SidecarMeter.AnswerReceived(caller.AppId, target.Id, reply.AppStatus, time.GetElapsedTime(begun));
            return reply;
        }
        catch (RpcException e)
        {
            SidecarMeter.AnswerReceived(caller.AppId, target.Id, (int)e.StatusCode, time.GetElapsedTime(begun));
            throw;
        }
    }

    private async Task<InvocationReply> SendAsync(InvocationTarget target, InvocationCall call, CancellationToken cancellation)
    {
        if (endpoints.FirstOrDefault(endpoint => endpoint.IsNamed(target.Id)) is { } site)
        {
            CountSent(target);
            return await EndpointCall.SendAsync(site, clients.ForMessages(site), target, call, cancellation);
        }
        if (directory.Find(target.Id) is not { } callee)
        {
            var sidecar = await RemoteAsync(target.Id);
            CountSent(target);
            return await RemoteCall.SendAsync(sidecar, names, caller.AppId, target, call, cancellation);
        }
        CountSent(target);
        return await LocalCall.SendAsync(callee, caller.AppId, target, call, cancellation);
    }

    /// <summary>Proxies a gRPC call of any service to the app named in its metadata; to the own app without a policy.</summary>
    public Task ProxyAsync(HttpContext context, string targetId)
    {
        targetId = targets.WithoutNamespace(targetId);
        var target = new InvocationTarget(targetId, MethodPath.Clean(targetId, context.Request.Path.Value ?? ""));
        return proxy.SendAsync(context, target, targetId == caller.AppId ? null : PolicyOf(target));
    }

    public Task DeliverGrpcAsync(HttpContext context, ILocalApp callee, InvocationTarget target, string callerId) =>
        proxy.DeliverAsync(
            context,
            callee,
            target,
            callerId,
            Callee.Denial(callee, target, callerId, "POST"),
            Callee.StartSpan(callee, target, callerId, TraceContext.Of(context))
        );

    /// <summary>Counts each attempt that has found its target, as daprd does.</summary>
    private void CountSent(InvocationTarget target) => SidecarMeter.Sent(caller.AppId, target.Id);

    private async ValueTask<Uri> RemoteAsync(string id) =>
        await names.FindAsync(id) ?? throw InvocationErrors.InvokeFailed(id, $"couldn't find service: {id}");

    private Policy? PolicyOf(InvocationTarget target) => policies.App(target.Id, $"{target.Id}:{target.Method}");
}
