namespace Dapr.Workflow.Client;

public enum WorkflowHistoryEventType
{
    Unknown = 0,
    ExecutionStarted = 1,
    ExecutionCompleted = 2,
    ExecutionTerminated = 3,
    TaskScheduled = 4,
    TaskCompleted = 5,
    TaskFailed = 6,
    SubOrchestrationInstanceCreated = 7,
    SubOrchestrationInstanceCompleted = 8,
    SubOrchestrationInstanceFailed = 9,
    TimerCreated = 10,
    TimerFired = 11,
    OrchestratorStarted = 12,
    OrchestratorCompleted = 13,
    EventSent = 14,
    EventRaised = 15,
    GenericEvent = 16,
    HistoryState = 17,
    ContinueAsNew = 18,
    ExecutionSuspended = 19,
    ExecutionResumed = 20,
    ExecutionStalled = 21,
}
