using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;

namespace Sidecar.Api;

/// <summary>Where failures become gRPC statuses: once for all methods of this process.</summary>
internal sealed class GrpcEdge : Interceptor
{
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
        => GuardAsync(() => continuation(request, context));

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation)
        => GuardAsync(() => continuation(request, responseStream, context));

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation)
        => GuardAsync(() => continuation(requestStream, responseStream, context));

    /// <summary>Answers a proxied call that never reached a gRPC server.</summary>
    public static void WriteStatus(HttpContext context, StatusCode code, string message)
    {
        context.Response.Clear();
        context.Response.StatusCode = 200;
        context.Response.ContentType = "application/grpc";
        context.Response.Headers["grpc-status"] = ((int)code).ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.Headers["grpc-message"] = Uri.EscapeDataString(message);
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (DaprException e)
        {
            throw ToRpc(e.Error);
        }
    }

    private static async Task GuardAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (DaprException e)
        {
            throw ToRpc(e.Error);
        }
    }

    private static RpcException ToRpc(DaprError error)
    {
        // Dapr's SDKs read the error code from the ErrorInfo detail.
        var detail = new Google.Rpc.Status { Code = (int)error.GrpcStatus, Message = error.Message };
        detail.Details.Add(Any.Pack(new ErrorInfo { Reason = error.Code, Domain = "dapr.io" }));
        var trailers = new Metadata { { "grpc-status-details-bin", detail.ToByteArray() } };
        return new RpcException(new global::Grpc.Core.Status(error.GrpcStatus, error.Message), trailers);
    }
}
