using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Grpc.Net.Client;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Tests.Workflows.Support;

/// <summary>Calls the task hub over a network. The sidecar compiles the service's server side only.</summary>
internal sealed class TaskHubClient(GrpcChannel channel)
{
    private readonly CallInvoker invoker = channel.CreateCallInvoker();

    public Task<CreateInstanceResponse> StartAsync(CreateInstanceRequest request) =>
        CallAsync("StartInstance", request, CreateInstanceResponse.Parser);

    public Task<GetInstanceResponse> GetAsync(GetInstanceRequest request) => CallAsync("GetInstance", request, GetInstanceResponse.Parser);

    public Task<GetInstanceResponse> WaitForEndAsync(GetInstanceRequest request) =>
        CallAsync("WaitForInstanceCompletion", request, GetInstanceResponse.Parser);

    public Task<RaiseEventResponse> RaiseAsync(RaiseEventRequest request) => CallAsync("RaiseEvent", request, RaiseEventResponse.Parser);

    public Task<TerminateResponse> TerminateAsync(TerminateRequest request) =>
        CallAsync("TerminateInstance", request, TerminateResponse.Parser);

    public Task<SuspendResponse> SuspendAsync(SuspendRequest request) => CallAsync("SuspendInstance", request, SuspendResponse.Parser);

    public Task<ResumeResponse> ResumeAsync(ResumeRequest request) => CallAsync("ResumeInstance", request, ResumeResponse.Parser);

    public Task<PurgeInstancesResponse> PurgeAsync(PurgeInstancesRequest request) =>
        CallAsync("PurgeInstances", request, PurgeInstancesResponse.Parser);

    public Task<ListInstanceIDsResponse> ListAsync(ListInstanceIDsRequest request) =>
        CallAsync("ListInstanceIDs", request, ListInstanceIDsResponse.Parser);

    public Task<GetInstanceHistoryResponse> HistoryAsync(GetInstanceHistoryRequest request) =>
        CallAsync("GetInstanceHistory", request, GetInstanceHistoryResponse.Parser);

    public Task<RerunWorkflowFromEventResponse> RerunAsync(RerunWorkflowFromEventRequest request) =>
        CallAsync("RerunWorkflowFromEvent", request, RerunWorkflowFromEventResponse.Parser);

    public Task<Empty> HelloAsync() => CallAsync("Hello", new Empty(), Empty.Parser);

    /// <summary>Works like an SDK's worker until cancelled.</summary>
    public async Task WorkAsync(Script script, CancellationToken cancellation)
    {
        using var stream = invoker.AsyncServerStreamingCall(
            Method(MethodType.ServerStreaming, "GetWorkItems", GetWorkItemsRequest.Parser, WorkItem.Parser),
            null,
            new CallOptions(cancellationToken: cancellation),
            new GetWorkItemsRequest()
        );
        while (await stream.ResponseStream.MoveNext(cancellation))
        {
            _ = DoAsync(script, stream.ResponseStream.Current);
        }
    }

    private async Task DoAsync(Script script, WorkItem item)
    {
        if (item.WorkflowRequest is { } turn)
        {
            var response = Flow.Run(turn, name => script.Workflows.GetValueOrDefault(name));
            response.CompletionToken = item.CompletionToken;
            await CallAsync("CompleteOrchestratorTask", response, CompleteTaskResponse.Parser);
            return;
        }

        var request = item.ActivityRequest;
        script.Executed.Enqueue(request);
        await CallAsync(
            "CompleteActivityTask",
            new ActivityResponse
            {
                InstanceId = request.WorkflowInstance.InstanceId,
                TaskId = request.TaskId,
                CompletionToken = item.CompletionToken,
                Result = await script.Activities[request.Name](request),
            },
            CompleteTaskResponse.Parser
        );
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(string name, TRequest request, MessageParser<TResponse> parser)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>
    {
        var options = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(60));
        return await invoker.AsyncUnaryCall(
            Method(MethodType.Unary, name, new MessageParser<TRequest>(() => new()), parser),
            null,
            options,
            request
        );
    }

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(
        MethodType type,
        string name,
        MessageParser<TRequest> request,
        MessageParser<TResponse> response
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse> => new(type, "TaskHubSidecarService", name, Of(request), Of(response));

    private static Marshaller<T> Of<T>(MessageParser<T> parser)
        where T : IMessage<T> => Marshallers.Create(m => m.ToByteArray(), parser.ParseFrom);
}
