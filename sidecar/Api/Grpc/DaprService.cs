using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Api.Http;
using Sidecar.Apps;

namespace Sidecar.Api.Grpc;

/// <summary>
/// Dapr's gRPC API, one file per building block. Methods are found by name; what is not bound here answers UNIMPLEMENTED.
/// </summary>
[BindServiceMethod(typeof(DaprService), nameof(Bind))]
internal partial class DaprService
{
    private const string Name = "dapr.proto.runtime.v1.Dapr";

    /// <summary>Called by the gRPC server with a null service, to learn the methods; it finds their code by name.</summary>
    public static void Bind(ServiceBinderBase binder, DaprService service)
    {
        Unary<GetStateRequest, GetStateResponse>(binder, nameof(GetState));
        Unary<GetBulkStateRequest, GetBulkStateResponse>(binder, nameof(GetBulkState));
        Unary<SaveStateRequest, Empty>(binder, nameof(SaveState));
        Unary<DeleteStateRequest, Empty>(binder, nameof(DeleteState));
        Unary<DeleteBulkStateRequest, Empty>(binder, nameof(DeleteBulkState));
        Unary<ExecuteStateTransactionRequest, Empty>(binder, nameof(ExecuteStateTransaction));
        Unary<QueryStateRequest, QueryStateResponse>(binder, nameof(QueryStateAlpha1));
        Unary<PublishEventRequest, Empty>(binder, nameof(PublishEvent));
        Unary<BulkPublishRequest, BulkPublishResponse>(binder, nameof(BulkPublishEvent));
        Unary<BulkPublishRequest, BulkPublishResponse>(binder, nameof(BulkPublishEventAlpha1));
        Unary<InvokeServiceRequest, InvokeResponse>(binder, nameof(InvokeService));
        Unary<GetSecretRequest, GetSecretResponse>(binder, nameof(GetSecret));
        Unary<GetBulkSecretRequest, GetBulkSecretResponse>(binder, nameof(GetBulkSecret));
        Unary<GetMetadataRequest, GetMetadataResponse>(binder, nameof(GetMetadata));
        Unary<SetMetadataRequest, Empty>(binder, nameof(SetMetadata));
        Unary<ShutdownRequest, Empty>(binder, nameof(Shutdown));
        BindWorkflows(binder);
        BindActors(binder);
        BindJobs(binder);
        Unary<TryLockRequest, TryLockResponse>(binder, nameof(TryLockAlpha1));
        Unary<UnlockRequest, UnlockResponse>(binder, nameof(UnlockAlpha1));
        Unary<InvokeBindingRequest, InvokeBindingResponse>(binder, nameof(InvokeBinding));
        BindConfiguration(binder);
        BindCryptography(binder);
        BindConversation(binder);
        binder.AddMethod(
            ProtoMethod.Create<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>(Name, nameof(SubscribeTopicEventsAlpha1), MethodType.DuplexStreaming),
            (DuplexStreamingServerMethod<SubscribeTopicEventsRequestAlpha1, SubscribeTopicEventsResponseAlpha1>?)null);
    }

    private static void Unary<TRequest, TResponse>(ServiceBinderBase binder, string method)
        where TRequest : class, Google.Protobuf.IMessage<TRequest>, new()
        where TResponse : class, Google.Protobuf.IMessage<TResponse>, new()
        => binder.AddMethod(ProtoMethod.Create<TRequest, TResponse>(Name, method), (UnaryServerMethod<TRequest, TResponse>?)null);

    /// <summary>The next message of a stream, which ends with the caller or with the sidecar: one that is open must not hold up the end.</summary>
    private static async Task<bool> NextAsync<T>(IAsyncStreamReader<T> messages, ServerCallContext context)
    {
        var stopping = Stopping(context);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, stopping);
        try
        {
            return await messages.MoveNext(either.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return false;
        }
    }

    private static CancellationToken Stopping(ServerCallContext context)
        => context.GetHttpContext().RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;

    private static IAppSidecar Of(ServerCallContext context) => context.GetHttpContext().Sidecar();
}
