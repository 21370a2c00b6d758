using Sidecar.Workflows.History;
using Sidecar.Workflows.Instances;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Api;

/// <summary>Requests of the task hub in the engine's terms.</summary>
internal static class Requests
{
    public static HistoryEvent Started(CreateInstanceRequest request, string id, DateTimeOffset now)
    {
        var started = new ExecutionStartedEvent
        {
            Name = request.Name,
            Version = request.Version,
            Input = request.Input,
            ScheduledStartTimestamp = request.ScheduledStartTimestamp,
            ParentTraceContext = request.ParentTraceContext,
            WorkflowInstance = new WorkflowInstance
            {
                InstanceId = id,
                ExecutionId = string.IsNullOrEmpty(request.ExecutionId) ? WorkflowRuntime.NewId() : request.ExecutionId,
            },
        };
        started.Tags.Add(request.Tags);
        return HistoryEvents.Started(now, started);
    }

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
