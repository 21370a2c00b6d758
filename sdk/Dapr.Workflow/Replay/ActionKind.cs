namespace Dapr.Workflow.Replay;

internal enum ActionKind
{
    Activity,
    ChildWorkflow,
    Timer,
    SendEvent,
    ContinueAsNew,
}
