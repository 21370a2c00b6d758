using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows;

/// <summary>The engine's metrics, named as the Dapr runtime names its own.</summary>
internal sealed class WorkflowMeter(string appId)
{
    public const string Name = "Sidecar.Workflows";

    private static readonly Meter Meter = new(Name);
    private static readonly InstrumentAdvice<double> OfRatios = new()
    {
        HistogramBucketBoundaries = [0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1, 1.5, 2],
    };
    private static readonly Counter<long> Operations = Meter.CreateCounter<long>(
        "dapr_runtime_workflow_operation_count",
        description: "The number of successful/failed workflow operation requests."
    );
    private static readonly Histogram<double> OperationLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_operation_latency",
        "ms",
        "How long workflow operation requests took."
    );
    private static readonly Counter<long> Executions = Meter.CreateCounter<long>(
        "dapr_runtime_workflow_execution_count",
        description: "The number of workflows that have ended, by how."
    );
    private static readonly Histogram<double> ExecutionLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_execution_latency",
        "ms",
        "How long workflows ran."
    );
    private static readonly Histogram<double> SchedulingLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_scheduling_latency",
        "ms",
        "How long workflows waited for their first turn after they were due."
    );
    private static readonly Counter<long> ActivityRequests = Meter.CreateCounter<long>(
        "dapr_runtime_workflow_activity_operation_count",
        description: "The number of activities handed to workers."
    );
    private static readonly Histogram<double> ActivityRequestLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_activity_operation_latency",
        "ms",
        "How long it took to hand activities to workers."
    );
    private static readonly Counter<long> Activities = Meter.CreateCounter<long>(
        "dapr_runtime_workflow_activity_execution_count",
        description: "The number of successful/failed activity executions."
    );
    private static readonly Histogram<double> ActivityLatency = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_activity_execution_latency",
        "ms",
        "How long activities took."
    );
    private static readonly Histogram<double> TurnSizes = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_payload_size_ratio",
        unit: null,
        "The size of a workflow's turns as a fraction of the largest gRPC body.",
        tags: null,
        OfRatios
    );
    private static readonly Histogram<double> ActivitySizes = Meter.CreateHistogram<double>(
        "dapr_runtime_workflow_activity_payload_size_ratio",
        unit: null,
        "The size of scheduled activities as a fraction of the largest gRPC body.",
        tags: null,
        OfRatios
    );
    private static readonly Counter<long> Steps = Meter.CreateCounter<long>("sidecar_workflow_step_count");

    public void Operation(string operation, bool succeeded, TimeSpan took)
    {
        Operations.Add(1, Tags("operation", operation, Status(succeeded)));
        OperationLatency.Record(took.TotalMilliseconds, Tags("operation", operation, Status(succeeded)));
    }

    public void Began(string workflow, TimeSpan waited) => SchedulingLatency.Record(waited.TotalMilliseconds, Tags(workflow));

    /// <param name="ratio">1 for the largest gRPC body.</param>
    public void TurnSize(string workflow, double ratio) => TurnSizes.Record(ratio, Tags(workflow));

    /// <param name="ratio">1 for the largest gRPC body.</param>
    public void ActivitySize(string workflow, string activity, double ratio) =>
        ActivitySizes.Record(
            ratio,
            new TagList
            {
                { "activity_name", activity },
                { "app_id", appId },
                { "namespace", "" },
                { "workflow_name", workflow },
            }
        );

    public void Ended(string workflow, OrchestrationStatus how, TimeSpan took)
    {
        var status = how == OrchestrationStatus.Completed ? "success" : how.ToString().ToLowerInvariant();
        Executions.Add(1, Tags("workflow_name", workflow, status));
        ExecutionLatency.Record(took.TotalMilliseconds, Tags("workflow_name", workflow, status));
    }

    public void ActivityRequested(string activity, TimeSpan took)
    {
        ActivityRequests.Add(1, Tags("activity_name", activity, Status(true)));
        ActivityRequestLatency.Record(took.TotalMilliseconds, Tags("activity_name", activity, Status(true)));
    }

    public void ActivityEnded(string activity, bool succeeded, TimeSpan took)
    {
        Activities.Add(1, Tags("activity_name", activity, Status(succeeded)));
        ActivityLatency.Record(took.TotalMilliseconds, Tags("activity_name", activity, Status(succeeded)));
    }

    public void Step() => Steps.Add(1, new KeyValuePair<string, object?>("app_id", appId));

    private TagList Tags(string workflow) =>
        new()
        {
            { "app_id", appId },
            { "namespace", "" },
            { "workflow_name", workflow },
        };

    private TagList Tags(string kind, string name, string status) =>
        new()
        {
            { "app_id", appId },
            { "namespace", "" },
            { kind, name },
            { "status", status },
        };

    private static string Status(bool succeeded) => succeeded ? "success" : "failed";
}
