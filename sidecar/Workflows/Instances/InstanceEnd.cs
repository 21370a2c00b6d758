using Sidecar.Workflows.History;

namespace Sidecar.Workflows.Instances;

/// <summary>The effects of an instance's end outside of it: span, retention, log and metrics.</summary>
internal static class InstanceEnd
{
    public static void Report(WorkflowRuntime runtime, string id, Execution execution)
    {
        var name = execution.Started?.Name;
        var status = execution.Completed!.WorkflowStatus;
        runtime.Spans.Ended(id, execution.History, status, execution.Completed.FailureDetails);
        Retention.Watch(runtime, id, execution);
        runtime.Logger.InstanceEnded(id, name, status.ToString());
        if (execution is { CreatedAt: { } created, CompletedAt: { } completed })
        {
            runtime.Meter.Ended(name ?? "", status, completed.ToDateTimeOffset() - created.ToDateTimeOffset());
        }
    }
}
