using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Something a workflow waits for until an event of its history brings the outcome.</summary>
internal interface IOperation
{
    ActionKind Kind { get; }

    string Name { get; }

    bool IsOpen { get; }

    /// <summary>Has no effect on one that is completed or cancelled already.</summary>
    void Complete(HistoryEvent outcome);
}
