using Dapr.Client.Autogen.Grpc.v1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Workflows.Api;
using static Sidecar.Api.Grpc.DaprService;

namespace Sidecar.Api.Grpc;

/// <summary>The workflow management API over gRPC.</summary>
[BindServiceMethod(typeof(WorkflowsService), nameof(Bind))]
internal class WorkflowsService
{
    public static void Bind(ServiceBinderBase binder, WorkflowsService service)
    {
        foreach (var version in (string[])["Alpha1", "Beta1"])
        {
            Unary<StartWorkflowRequest, StartWorkflowResponse>(binder, "StartWorkflow" + version);
            Unary<GetWorkflowRequest, GetWorkflowResponse>(binder, "GetWorkflow" + version);
            Unary<PurgeWorkflowRequest, Empty>(binder, "PurgeWorkflow" + version);
            Unary<TerminateWorkflowRequest, Empty>(binder, "TerminateWorkflow" + version);
            Unary<PauseWorkflowRequest, Empty>(binder, "PauseWorkflow" + version);
            Unary<ResumeWorkflowRequest, Empty>(binder, "ResumeWorkflow" + version);
            Unary<RaiseEventWorkflowRequest, Empty>(binder, "RaiseEventWorkflow" + version);
        }
    }

    public virtual async Task<StartWorkflowResponse> StartWorkflowBeta1(StartWorkflowRequest request, ServerCallContext context) =>
        new()
        {
            InstanceId = await Workflows(context)
                .StartAsync(
                    request.WorkflowName,
                    request.InstanceId,
                    request.Input.ToByteArray(),
                    request.Options,
                    Tracing.TraceContext.Of(context.GetHttpContext()),
                    context.CancellationToken
                ),
        };

    public virtual async Task<GetWorkflowResponse> GetWorkflowBeta1(GetWorkflowRequest request, ServerCallContext context) =>
        await Workflows(context).GetAsync(request.InstanceId, context.CancellationToken)
        ?? new GetWorkflowResponse { InstanceId = request.InstanceId };

    public virtual Task<Empty> PurgeWorkflowBeta1(PurgeWorkflowRequest request, ServerCallContext context) =>
        Done(Workflows(context).PurgeAsync(request.InstanceId));

    public virtual Task<Empty> TerminateWorkflowBeta1(TerminateWorkflowRequest request, ServerCallContext context) =>
        Done(Workflows(context).TerminateAsync(request.InstanceId));

    public virtual Task<Empty> PauseWorkflowBeta1(PauseWorkflowRequest request, ServerCallContext context) =>
        Done(Workflows(context).PauseAsync(request.InstanceId));

    public virtual Task<Empty> ResumeWorkflowBeta1(ResumeWorkflowRequest request, ServerCallContext context) =>
        Done(Workflows(context).ResumeAsync(request.InstanceId));

    public virtual Task<Empty> RaiseEventWorkflowBeta1(RaiseEventWorkflowRequest request, ServerCallContext context) =>
        Done(
            Workflows(context)
                .RaiseEventAsync(
                    request.InstanceId,
                    request.EventName,
                    request.EventData.Length == 0 ? null : request.EventData.ToByteArray()
                )
        );

    public virtual Task<StartWorkflowResponse> StartWorkflowAlpha1(StartWorkflowRequest request, ServerCallContext context) =>
        StartWorkflowBeta1(request, context);

    public virtual Task<GetWorkflowResponse> GetWorkflowAlpha1(GetWorkflowRequest request, ServerCallContext context) =>
        GetWorkflowBeta1(request, context);

    public virtual Task<Empty> PurgeWorkflowAlpha1(PurgeWorkflowRequest request, ServerCallContext context) =>
        PurgeWorkflowBeta1(request, context);

    public virtual Task<Empty> TerminateWorkflowAlpha1(TerminateWorkflowRequest request, ServerCallContext context) =>
        TerminateWorkflowBeta1(request, context);

    public virtual Task<Empty> PauseWorkflowAlpha1(PauseWorkflowRequest request, ServerCallContext context) =>
        PauseWorkflowBeta1(request, context);

    public virtual Task<Empty> ResumeWorkflowAlpha1(ResumeWorkflowRequest request, ServerCallContext context) =>
        ResumeWorkflowBeta1(request, context);

    public virtual Task<Empty> RaiseEventWorkflowAlpha1(RaiseEventWorkflowRequest request, ServerCallContext context) =>
        RaiseEventWorkflowBeta1(request, context);

    private static WorkflowApi Workflows(ServerCallContext context) => new(Of(context).Blocks.Workflows);

    private static async Task<Empty> Done(Task work)
    {
        await work;
        return new Empty();
    }
}
