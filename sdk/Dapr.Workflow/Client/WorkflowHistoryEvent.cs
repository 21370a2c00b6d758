namespace Dapr.Workflow.Client;

/// <param name="EventId">The number of an action in its execution, from 0; -1 for events that come from outside.</param>
/// <param name="EventType">What happened.</param>
/// <param name="Timestamp">UTC.</param>
public sealed record WorkflowHistoryEvent(int EventId, WorkflowHistoryEventType EventType, DateTime Timestamp);
