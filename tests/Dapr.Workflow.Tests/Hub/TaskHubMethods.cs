using Dapr.Workflow.Protocol;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace Dapr.Workflow.Tests.Hub;

/// <summary>The server side of the contract, bound by hand: the SDK compiles its client side only.</summary>
internal sealed class TaskHubMethods : IServiceMethodProvider<TaskHubService>
{
    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TaskHubService> context)
    {
        Unary<Empty, Empty>(context, "Hello");
        Unary<CreateInstanceRequest, CreateInstanceResponse>(context, "StartInstance");
        Unary<GetInstanceRequest, GetInstanceResponse>(context, "GetInstance");
        Unary<GetInstanceRequest, GetInstanceResponse>(context, "WaitForInstanceStart");
        Unary<GetInstanceRequest, GetInstanceResponse>(context, "WaitForInstanceCompletion");
        Unary<RaiseEventRequest, RaiseEventResponse>(context, "RaiseEvent");
        Unary<TerminateRequest, TerminateResponse>(context, "TerminateInstance");
        Unary<SuspendRequest, SuspendResponse>(context, "SuspendInstance");
        Unary<ResumeRequest, ResumeResponse>(context, "ResumeInstance");
        Unary<PurgeInstancesRequest, PurgeInstancesResponse>(context, "PurgeInstances");
        Unary<ActivityResponse, CompleteTaskResponse>(context, "CompleteActivityTask");
        Unary<WorkflowResponse, CompleteTaskResponse>(context, "CompleteOrchestratorTask");
        Unary<WorkflowResponse, CompleteTaskResponse>(context, "CompleteWorkflowTask");
        Unary<RerunWorkflowFromEventRequest, RerunWorkflowFromEventResponse>(context, "RerunWorkflowFromEvent");
        Unary<ListInstanceIDsRequest, ListInstanceIDsResponse>(context, "ListInstanceIDs");
        Unary<GetInstanceHistoryRequest, GetInstanceHistoryResponse>(context, "GetInstanceHistory");
        context.AddServerStreamingMethod(
            Method<GetWorkItemsRequest, WorkItem>(MethodType.ServerStreaming, "GetWorkItems"),
            [],
            (service, _, items, call) => service.WorkItems(new Empty(), items, call));
    }

    private static void Unary<TRequest, TResponse>(ServiceMethodProviderContext<TaskHubService> context, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        context.AddUnaryMethod(
            Method<TRequest, TResponse>(MethodType.Unary, name),
            [],
            (service, request, call) => service.Unary<TRequest, TResponse>(name, request, call));

    private static Method<TRequest, TResponse> Method<TRequest, TResponse>(MethodType type, string name)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        new(type, "TaskHubSidecarService", name, Marshaller<TRequest>(), Marshaller<TResponse>());

    private static Marshaller<T> Marshaller<T>() where T : class, IMessage<T>, new() =>
        Marshallers.Create(message => message.ToByteArray(), new MessageParser<T>(() => new T()).ParseFrom);
}
