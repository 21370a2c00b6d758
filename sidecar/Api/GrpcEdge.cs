using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.WebUtilities;
using Sidecar.Api.Http;
using Sidecar.Failures;
using Sidecar.Http;

namespace Sidecar.Api;

/// <summary>Maps failures to gRPC statuses, once for all methods of this process.</summary>
internal sealed class GrpcEdge : Interceptor
{
    private const string DetailsHeader = "grpc-status-details-bin";
    private const int MaxDetailLength = 63;

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request,
        ServerCallContext context,
        UnaryServerMethod<TRequest, TResponse> continuation
    )
    {
        DemandSize(request, context);
        return GuardAsync(() => continuation(request, context), context);
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation
    ) => GuardAsync(() => continuation(request, responseStream, context), context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation
    ) => GuardAsync(() => continuation(requestStream, responseStream, context), context);

    /// <summary>An HTTP status as Dapr's SDKs read it: mapped code, and status and the beginning of the body in the ErrorInfo.</summary>
    public static RpcException HttpFailure(int http, string body)
    {
        var status = new global::Grpc.Core.Status(StatusMapping.ToGrpc(http), ReasonPhrases.GetReasonPhrase(http));
        return new RpcException(status, new Metadata { { DetailsHeader, Rich(status, [HttpInfo(http, body)]).ToByteArray() } });
    }

    /// <summary>Like <see cref="HttpFailure"/>, before the call has reached a method.</summary>
    public static void WriteHttpFailure(HttpContext context, int http, string body)
    {
        var status = new global::Grpc.Core.Status(StatusMapping.ToGrpc(http), ReasonPhrases.GetReasonPhrase(http));
        GrpcStatusAnswer.Write(context, status.StatusCode, status.Detail);
        context.Response.Headers[DetailsHeader] = Convert.ToBase64String(Rich(status, [HttpInfo(http, body)]).ToByteArray()).TrimEnd('=');
    }

    /// <summary>
    /// Each app has its own limit, and the web server only one for all; streams have none, because workflow workers use them.
    /// </summary>
    private static void DemandSize(object request, ServerCallContext context)
    {
        var limit = context.GetHttpContext().Features.Get<ListenerFeature>()?.Sidecar.Options.MaxBodySize;
        if (limit is > 0 && request is IMessage message && message.CalculateSize() is var size && size > limit)
        {
            throw new RpcException(
                new global::Grpc.Core.Status(StatusCode.ResourceExhausted, $"grpc: received message larger than max ({size} vs. {limit})")
            );
        }
    }

    private static ErrorInfo HttpInfo(int http, string body) =>
        ErrorDetails.Info(
            ReasonPhrases.GetReasonPhrase(http),
            new Dictionary<string, string>
            {
                ["http.code"] = http.ToString(CultureInfo.InvariantCulture),
                ["http.error_message"] = body.Length > MaxDetailLength ? body[..MaxDetailLength] : body,
            }
        );

    private static Google.Rpc.Status Rich(global::Grpc.Core.Status status, IEnumerable<IMessage> details)
    {
        var rich = new Google.Rpc.Status { Code = (int)status.StatusCode, Message = status.Detail };
        rich.Details.AddRange(details.Select(detail => Any.Pack(detail)));
        return rich;
    }

    private static async Task<T> GuardAsync<T>(Func<Task<T>> call, ServerCallContext context)
    {
        try
        {
            return await call();
        }
        catch (DaprException e)
        {
            ErrorCounter.Count(context.GetHttpContext(), e.Error);
            throw ToRpc(e.Error);
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            var unavailable = StoreFailure.Of(e);
            ErrorCounter.Count(context.GetHttpContext(), unavailable);
            throw ToRpc(unavailable);
        }
    }

    private static async Task GuardAsync(Func<Task> call, ServerCallContext context)
    {
        try
        {
            await call();
        }
        catch (DaprException e)
        {
            ErrorCounter.Count(context.GetHttpContext(), e.Error);
            throw ToRpc(e.Error);
        }
        catch (Exception e) when (StoreFailure.Is(e))
        {
            var unavailable = StoreFailure.Of(e);
            ErrorCounter.Count(context.GetHttpContext(), unavailable);
            throw ToRpc(unavailable);
        }
    }

    private static RpcException ToRpc(DaprError error)
    {
        var status = new global::Grpc.Core.Status(error.GrpcStatus, error.Message);
        if (error.Details.Count + error.GrpcDetails.Count == 0)
        {
            return new RpcException(status);
        }
        return new RpcException(
            status,
            new Metadata { { DetailsHeader, Rich(status, error.Details.Concat(error.GrpcDetails)).ToByteArray() } }
        );
    }
}
