namespace Dapr.Workflow;

public enum PropagatedHistoryStatus
{
    Pending = 0,
    Completed = 1,
    Failed = 2,
}
