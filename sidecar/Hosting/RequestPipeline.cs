using Sidecar.Api;
using Sidecar.Api.Grpc;
using Sidecar.Api.Http;
using Sidecar.Workflows.Api;

namespace Sidecar.Hosting;

/// <summary>The middleware and the endpoints of a sidecar's ports, in order.</summary>
internal static class RequestPipeline
{
    public static void Map(WebApplication web)
    {
        web.Use(web.Services.GetRequiredService<RunningRequests>().CountAsync);
        web.Use(MetricsMiddleware.HttpAsync);
        web.Use(TracingMiddleware.TraceAsync);
        web.Use(next => context => HttpEdge.GuardAsync(context, next));
        web.Use(EventStreams.EndWithServerAsync);
        web.Use(EscapedRouting.ReadAsync);
        web.Use(CrossOrigin.AnswerAsync);
        web.Use(RequestGuard.AdmitAsync);
        web.Use(ApiMiddleware.RunAsync);
        web.Use(ApiLog.WriteAsync);
        web.UseRouting();
        web.Use(ApiRouteFilter.CheckAsync);
        web.MapDaprService();
        web.MapGrpcService<TaskHubService>();
        web.MapState();
        web.MapPubSub();
        web.MapSecrets();
        web.MapLocks();
        web.MapConfiguration();
        web.MapConversation();
        web.MapCryptography();
        web.MapBindings();
        web.MapMetadata();
        web.MapActors();
        web.MapJobs();
        web.MapWorkflows(context => context.Sidecar().Blocks.Workflows);
        web.MapInvocation();
    }
}
