using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Sidecar.Failures;
using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>The task hub: the gRPC service of workflow SDKs, for clients and for workers.</summary>
internal sealed class TaskHubService(IWorkflowEngines engines) : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private static readonly CompleteTaskResponse Completed = new();

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(request);

    public override async Task<CreateInstanceResponse> StartInstance(CreateInstanceRequest request, ServerCallContext context)
    {
        var engine = Engine(context);
        var id = request.InstanceId.Length > 0 ? request.InstanceId : WorkflowRuntime.NewId();
        var started = Requests.Started(request, id, engine.Runtime.Now);
        var span = engine.Runtime.Spans.Creating(
            started.ExecutionStarted,
            request.Version,
            Sidecar.Tracing.TraceContext.Of(context.GetHttpContext())
        );
        try
        {
            Check((await engine.CreateAsync(started))?.AsRpcError().During("failed to create workflow instance"));
        }
        catch (Exception e) when (span.RecordException(e))
        {
            throw;
        }
        finally
        {
            span.End();
        }
        // A start without a time is answered when the workflow runs, one with a time at once.
        if (request.ScheduledStartTimestamp is null)
        {
            await WaitAsync(engine, id, HasStarted, context);
        }

        return new CreateInstanceResponse { InstanceId = id };
    }

    public override async Task<GetInstanceResponse> GetInstance(GetInstanceRequest request, ServerCallContext context) =>
        await Engine(context).FindAsync(request.InstanceId, context.CancellationToken) is { } state
            ? Answer(state, request.GetInputsAndOutputs)
            : new GetInstanceResponse { Exists = false };

    public override async Task<GetInstanceResponse> WaitForInstanceStart(GetInstanceRequest request, ServerCallContext context) =>
        Answer(await WaitAsync(Engine(context), request.InstanceId, HasStarted, context), request.GetInputsAndOutputs);

    public override async Task<GetInstanceResponse> WaitForInstanceCompletion(GetInstanceRequest request, ServerCallContext context) =>
        Answer(await WaitAsync(Engine(context), request.InstanceId, InstanceState.IsTerminal, context), request.GetInputsAndOutputs);

    public override async Task<RaiseEventResponse> RaiseEvent(RaiseEventRequest request, ServerCallContext context)
    {
        Check(await Engine(context).RaiseEventAsync(request.InstanceId, request.Name, request.Input));
        return new RaiseEventResponse();
    }

    public override async Task<TerminateResponse> TerminateInstance(TerminateRequest request, ServerCallContext context)
    {
        var engine = Engine(context);
        var refusal = await engine.TerminateAsync(request.InstanceId, request.Output, request.Recursive);
        Check(refusal?.During("failed to submit termination request"));
        await WaitAsync(engine, request.InstanceId, InstanceState.IsTerminal, context);
        return new TerminateResponse();
    }

    public override async Task<SuspendResponse> SuspendInstance(SuspendRequest request, ServerCallContext context)
    {
        var engine = Engine(context);
        Check(await engine.SuspendAsync(request.InstanceId, NullIfEmpty(request.Reason)));
        await WaitAsync(engine, request.InstanceId, s => s == OrchestrationStatus.Suspended || InstanceState.IsTerminal(s), context);
        return new SuspendResponse();
    }

    public override async Task<ResumeResponse> ResumeInstance(ResumeRequest request, ServerCallContext context)
    {
        var engine = Engine(context);
        Check(await engine.ResumeAsync(request.InstanceId, NullIfEmpty(request.Reason)));
        await WaitAsync(engine, request.InstanceId, s => s == OrchestrationStatus.Running || InstanceState.IsTerminal(s), context);
        return new ResumeResponse();
    }

    public override async Task<PurgeInstancesResponse> PurgeInstances(PurgeInstancesRequest request, ServerCallContext context)
    {
        if (request.PurgeInstanceFilter is not null)
        {
            throw new RpcException(new Status(StatusCode.Unknown, "multi-instance purge is not unimplemented"));
        }

        var (deleted, refusal) = await Engine(context).PurgeAsync(request.InstanceId, request.Recursive, request.Force);
        Check(refusal?.During("failed to purge workflow state"));
        return new PurgeInstancesResponse { DeletedInstanceCount = deleted };
    }

    public override Task GetWorkItems(
        GetWorkItemsRequest request,
        IServerStreamWriter<WorkItem> responseStream,
        ServerCallContext context
    ) => Engine(context).ServeWorkerAsync(responseStream, context.CancellationToken);

    public override async Task<CompleteTaskResponse> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        var refusal = await Engine(context).CompleteActivityAsync(request);
        // A purged instance no longer needs the result; only an error that may be resent is reported.
        if (refusal?.Status == StatusCode.Unavailable)
        {
            Check(refusal);
        }

        return Completed;
    }

    public override async Task<CompleteTaskResponse> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context)
    {
        await Engine(context).CompleteTurnAsync(request);
        return Completed;
    }

    [Obsolete("The older name of CompleteWorkflowTask; SDKs up to 1.18 call it.")]
    public override Task<CompleteTaskResponse> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) =>
        CompleteWorkflowTask(request, context);

    public override async Task<RerunWorkflowFromEventResponse> RerunWorkflowFromEvent(
        RerunWorkflowFromEventRequest request,
        ServerCallContext context
    )
    {
        var engine = Engine(context);
        var fork = Requests.Fork(request, engine.Runtime.Now);
        Check(await engine.RerunAsync(request.SourceInstanceID, fork, context.CancellationToken));
        await WaitAsync(engine, fork.NewInstanceId, HasStarted, context);
        return new RerunWorkflowFromEventResponse { NewInstanceID = fork.NewInstanceId };
    }

    public override async Task<ListInstanceIDsResponse> ListInstanceIDs(ListInstanceIDsRequest request, ServerCallContext context)
    {
        var (ids, continuation) = await Engine(context)
            .ListAsync(
                request.HasContinuationToken ? request.ContinuationToken : null,
                request is { HasPageSize: true, PageSize: > 0 } ? (int)Math.Min(request.PageSize, int.MaxValue - 1) : null,
                context.CancellationToken
            );
        var response = new ListInstanceIDsResponse { InstanceIds = { ids } };
        if (continuation is not null)
        {
            response.ContinuationToken = continuation;
        }

        return response;
    }

    public override async Task<GetInstanceHistoryResponse> GetInstanceHistory(
        GetInstanceHistoryRequest request,
        ServerCallContext context
    ) =>
        await Engine(context).HistoryAsync(request.InstanceId, context.CancellationToken) is { } history
            ? new GetInstanceHistoryResponse { Events = { history } }
            : throw new RpcException(new Status(StatusCode.NotFound, $"workflow instance '{request.InstanceId}' not found"));

    private static bool HasStarted(OrchestrationStatus status) => status != OrchestrationStatus.Pending;

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static async Task<WorkflowState> WaitAsync(
        WorkflowEngine engine,
        string id,
        Func<OrchestrationStatus, bool> condition,
        ServerCallContext context
    )
    {
        try
        {
            return await engine.WaitAsync(id, condition, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(
                context.CancellationToken.IsCancellationRequested
                    ? Status.DefaultCancelled
                    : new Status(StatusCode.Unavailable, "the workflow engine is stopping")
            );
        }
    }

    private static GetInstanceResponse Answer(WorkflowState state, bool inputsAndOutputs)
    {
        if (!inputsAndOutputs)
        {
            state = state.Clone();
            state.Input = state.Output = state.CustomStatus = null;
            state.FailureDetails = null;
        }

        return new GetInstanceResponse { Exists = true, WorkflowState = state };
    }

    private static void Check(WorkflowRefusal? refusal)
    {
        if (refusal is not null)
        {
            throw new RpcException(new Status(refusal.Status, refusal.Message));
        }
    }

    private WorkflowEngine Engine(ServerCallContext context)
    {
        try
        {
            return engines.For(context);
        }
        catch (DaprException failure)
        {
            throw new RpcException(new Status(failure.Error.GrpcStatus, failure.Error.Message));
        }
    }
}
