using Grpc.Core;
using Sidecar.Api;
using Sidecar.Api.Http;
using Sidecar.Invocation;
using Sidecar.Tracing;
using Yarp.ReverseProxy.Forwarder;

namespace Sidecar.Hosting;

/// <summary>
/// Requests of workflows and jobs that come to an instance that does not lead go to the one that does, workers' streams with them: an app need not know
/// which of its sidecars runs its workflows.
/// </summary>
internal sealed class LeaderRelay(IHttpForwarder forwarder, TimeProvider time)
{
    public const string Header = "x-sidecar-leader";

    private const string WorkItems = "/TaskHubSidecarService/GetWorkItems";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestSearch = TimeSpan.FromSeconds(10);

    public async Task RelayAsync(HttpContext context, RequestDelegate next)
    {
        var listener = context.Features.Get<ListenerFeature>()!;
        if (listener.Sidecar.Leadership.IsHere || !IsLeaders(context.Request.Path.Value ?? ""))
        {
            await next(context);
            return;
        }
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < LongestSearch && !context.RequestAborted.IsCancellationRequested)
        {
            if (listener.Sidecar.Leadership.IsHere)
            {
                await next(context);
                return;
            }
            if (listener.Sidecar.Leadership.There is { } leader && await TryForwardAsync(context, listener.Sidecar, leader))
            {
                return;
            }
            await Task.Delay(BetweenLooks, time, context.RequestAborted);
        }
        Refuse(context, listener, "no instance of the app runs its workflows now");
    }

    /// <summary>On the leader's side: as if it had come in on a port for apps.</summary>
    public static Task TakeAsync(HttpContext context, AppSidecar sidecar, RequestDelegate next)
    {
        context.Request.Headers.Remove(Header);
        var kind = context.Request.ContentType?.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase) == true ? ListenerKind.Grpc : ListenerKind.Http;
        var listener = new ListenerFeature(sidecar, kind);
        context.Features.Set(listener);
        if (sidecar.Leadership.IsHere && IsLeaders(context.Request.Path.Value ?? ""))
        {
            return next(context);
        }
        Refuse(context, listener, "this instance of the app does not run its workflows");
        return Task.CompletedTask;
    }

    private static bool IsLeaders(string path)
    {
        if (path.StartsWith("/TaskHubSidecarService/", StringComparison.Ordinal))
        {
            return true;
        }
        if (path.StartsWith("/dapr.proto.runtime.v1.Dapr/", StringComparison.Ordinal))
        {
            var method = path[(path.LastIndexOf('/') + 1)..];
            return method.Contains("Workflow", StringComparison.Ordinal) || method.Contains("Job", StringComparison.Ordinal);
        }
        return path.Split('/') is ["", ['v', '1', ..], "workflows" or "jobs", ..];
    }

    /// <summary>False: nobody listens there any more.</summary>
    private async Task<bool> TryForwardAsync(HttpContext context, AppSidecar sidecar, Uri leader)
    {
        var isWorker = context.Request.Path == WorkItems;
        sidecar.RelayedWorkers(isWorker ? 1 : 0);
        ForwarderError error;
        try
        {
            error = await forwarder.SendAsync(context, leader.ToString(), SidecarRegistry.Invoker, ServiceInvoker.Http2, new ToLeader(sidecar.Options.AppId));
        }
        finally
        {
            sidecar.RelayedWorkers(isWorker ? -1 : 0);
        }
        if (error == ForwarderError.None || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
        {
            return true;
        }
        context.Response.Clear();
        var failure = context.GetForwarderErrorFeature()?.Exception;
        if (Refused.Is(failure))
        {
            return false;
        }
        Refuse(context, context.Features.Get<ListenerFeature>()!, $"the instance of the app that runs its workflows has gone: {ServiceInvoker.Cause(failure)}");
        return true;
    }

    private static void Refuse(HttpContext context, ListenerFeature listener, string reason)
    {
        if (listener.Kind == ListenerKind.Grpc)
        {
            GrpcEdge.WriteStatus(context, StatusCode.Unavailable, reason);
            return;
        }
        throw new DaprException(new DaprError(503, StatusCode.Unavailable, "ERR_WORKFLOW_UNAVAILABLE", reason));
    }

    private sealed class ToLeader(string caller) : EndToEnd
    {
        public override async ValueTask TransformRequestAsync(HttpContext context, HttpRequestMessage request, string destinationPrefix, CancellationToken cancellation)
        {
            await base.TransformRequestAsync(context, request, destinationPrefix, cancellation);
            request.Headers.Host = null;
            request.Headers.TryAddWithoutValidation(Header, "1");
            SidecarRegistry.Introduce(request, caller, caller, TraceContext.Of(context));
        }
    }
}
