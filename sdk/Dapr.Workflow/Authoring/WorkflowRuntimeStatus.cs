namespace Dapr.Workflow;

public enum WorkflowRuntimeStatus
{
    Unknown = -1,
    Running = 0,
    Completed = 1,
    ContinuedAsNew = 2,
    Failed = 3,
    Canceled = 4,
    Terminated = 5,
    Pending = 6,
    Suspended = 7,

    /// <summary>The code at hand does not fit the recorded patches or version; it goes on when fitting code runs.</summary>
    Stalled = 8,
}
