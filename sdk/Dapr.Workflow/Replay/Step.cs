using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>One action of the workflow, at the place in the sequence that is its event id.</summary>
/// <param name="Kind">What the workflow did.</param>
/// <param name="Name">Of the activity, the child workflow or the event; empty for timers.</param>
/// <param name="Operation">What waits for the outcome; null for actions without one.</param>
/// <param name="TaskExecutionId">Of an activity; tells its outcome where the runtime numbers events in its own way.</param>
internal sealed record Step(ActionKind Kind, string Name, IOperation? Operation, string? TaskExecutionId)
{
    /// <summary>What the sidecar has to do; null once the history records the step.</summary>
    public WorkflowAction? Action { get; set; }
}
