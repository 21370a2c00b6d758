using Grpc.Core;
using Grpc.Core.Interceptors;
using Sidecar.Api.Http;
using Sidecar.Metrics;

namespace Sidecar.Api.Grpc;

/// <summary>Counts and times the calls of a sidecar's gRPC port, by method and status.</summary>
internal sealed class MetricsInterceptor : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    ) => SidecarMeter.CountsGrpc ? MeasureAsync(() => continuation(request, context), context) : continuation(request, context);

    private static async Task<T> MeasureAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        var clock = TimeProvider.System;
        var begun = clock.GetTimestamp();
        var status = StatusCode.Unknown;
        try
        {
            var answer = await call();
            status = StatusCode.OK;
            return answer;
        }
        catch (RpcException e)
        {
            status = e.StatusCode;
            throw;
        }
        finally
        {
            SidecarMeter.Grpc(
                context.GetHttpContext().Sidecar().Options.AppId,
                context.Method,
                status.ToString(),
                clock.GetElapsedTime(begun)
            );
        }
    }
}
