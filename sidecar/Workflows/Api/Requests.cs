using Sidecar.Workflows.History;
using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>Requests of the task hub in the engine's terms.</summary>
internal static class Requests
{
    /// <summary>As in daprd, without the request's version, tags and execution id.</summary>
    public static HistoryEvent Started(CreateInstanceRequest request, string id, DateTimeOffset now) =>
        HistoryEvents.Started(
            now,
            new ExecutionStartedEvent
            {
                Name = request.Name,
                Input = request.Input,
                ScheduledStartTimestamp = request.ScheduledStartTimestamp,
                ParentTraceContext = request.ParentTraceContext,
                WorkflowInstance = new WorkflowInstance { InstanceId = id, ExecutionId = WorkflowRuntime.NewId() },
            }
        );

    public static ForkRequest Fork(RerunWorkflowFromEventRequest request, DateTimeOffset now) =>
        new(
            request.HasNewInstanceID ? request.NewInstanceID : WorkflowRuntime.NewId(),
            (int)request.EventID,
            request.OverwriteInput,
            request.Input,
            request.HasNewChildWorkflowInstanceID ? request.NewChildWorkflowInstanceID : null,
            now
        );
}
