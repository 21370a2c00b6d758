using Sidecar.Timers;
using Sidecar.Workflows.Dispatch;
using Sidecar.Workflows.Storage;

namespace Sidecar.Workflows.Instances;

/// <summary>The services that all instances of an app share.</summary>
internal sealed record WorkflowRuntime(
    string AppId,
    WorkflowStore Store,
    WorkItemQueue Queue,
    TimerService Timers,
    TimeProvider Clock,
    IWorkflowPeers Peers,
    WorkflowEngineOptions Options,
    ILogger Logger
)
{
    public InstanceDirectory Directory { get; } = new();

    public StatusBoard Board { get; } = new();

    public Drain Drain { get; } = new();

    public EventClock Events { get; } = new(Clock);

    public WorkflowMeter Meter { get; } = new(AppId);

    public WorkflowSpans Spans { get; init; } = new(null);

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static string NewId() => Guid.NewGuid().ToString();

    public TimeSpan RetryDelay(int attempt) =>
        TimeSpan.FromTicks(Math.Min(Options.LongestRetry.Ticks, Options.FirstRetry.Ticks << Math.Min(attempt, 20)));
}
