using System.Diagnostics.Metrics;

namespace Sidecar.Workflows;

/// <summary>The engine's metrics, named as the Dapr runtime names its own.</summary>
internal sealed class WorkflowMeter(string appId)
{
    public const string Name = "Sidecar.Workflows";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Operations = Meter.CreateCounter<long>("dapr_runtime_workflow_operation_count");
    private static readonly Counter<long> Executions = Meter.CreateCounter<long>("dapr_runtime_workflow_execution_count");
    private static readonly Histogram<double> ExecutionLatency = Meter.CreateHistogram<double>("dapr_runtime_workflow_execution_latency", "ms");
    private static readonly Counter<long> Activities = Meter.CreateCounter<long>("dapr_runtime_workflow_activity_execution_count");
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("sidecar_workflow_step_count");

    public void Operation(string operation, bool succeeded)
        => Operations.Add(1, new("app_id", appId), new("operation", operation), new("status", succeeded ? "success" : "failed"));

    public void Ended(string workflow, string status, TimeSpan took)
    {
        Executions.Add(1, new("app_id", appId), new("workflow_name", workflow), new("status", status));
        ExecutionLatency.Record(took.TotalMilliseconds, new("app_id", appId), new("workflow_name", workflow), new("status", status));
    }

    public void Activity(string activity, bool succeeded)
        => Activities.Add(1, new("app_id", appId), new("activity_name", activity), new("status", succeeded ? "success" : "failed"));

    public void Step() => Steps.Add(1, new KeyValuePair<string, object?>("app_id", appId));
}
