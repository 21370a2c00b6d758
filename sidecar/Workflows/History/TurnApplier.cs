using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.History;

/// <summary>
/// Applies a worker's answer to the history. Pure: no clock, store or dispatch. The order and ids of events are the protocol's; workers
/// replay by them.
/// </summary>
internal static class TurnApplier
{
    public static TurnOutcome Apply(Turn turn, WorkflowResponse response)
    {
        var outcome = new TurnOutcome { CustomStatus = response.CustomStatus };
        outcome.Events.AddRange(turn.Events);
        Versions.Record(outcome.Events, response.Version);

        foreach (var action in response.Actions)
        {
            Apply(turn, outcome, action);
            if (outcome.Stall is not null || outcome.Next is not null)
            {
                break;
            }
        }

        outcome.Stall ??= Versions.Mismatch(turn.Execution.History, outcome.Events);
        if (outcome.Stall is null && outcome.Next is null)
        {
            Versions.Compact(turn.Execution.History, outcome.Events);
        }

        return outcome;
    }

    private static void Apply(Turn turn, TurnOutcome outcome, WorkflowAction action)
    {
        var router = RouterOf(turn, action);
        switch (action.WorkflowActionTypeCase)
        {
            case WorkflowAction.WorkflowActionTypeOneofCase.CompleteWorkflow:
                Completion.Apply(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask:
                Scheduling.Task(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer:
                Scheduling.Timer(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateChildWorkflow:
                Scheduling.Child(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.CreateDetachedWorkflow:
                Scheduling.Detached(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.SendEvent:
                Messaging.SendEvent(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.TerminateWorkflow:
                Messaging.Terminate(turn, outcome, action, router);
                break;
            case WorkflowAction.WorkflowActionTypeOneofCase.WorkflowVersionNotAvailable:
                outcome.Stall = new(StalledReason.VersionNotAvailable, $"Version not available: {turn.Execution.VersionName}");
                break;
            default:
                throw new InvalidOperationException($"The worker requested an action that this sidecar does not support (id {action.Id}).");
        }
    }

    /// <summary>The target app of an action is on the action or inside it: older SDKs use one, newer ones both.</summary>
    private static TaskRouter RouterOf(Turn turn, WorkflowAction action)
    {
        var given = action.Router
            ?? action.ScheduleTask?.Router
            ?? action.CreateChildWorkflow?.Router
            ?? action.CreateDetachedWorkflow?.Router;
        var router = given?.Clone() ?? new TaskRouter();
        router.SourceAppID = turn.AppId;
        return router;
    }

    /// <summary>The app to reach, or null when it is the turn's own.</summary>
    public static string? TargetOf(Turn turn, TaskRouter? router) =>
        router is { HasTargetAppID: true, TargetAppID.Length: > 0 } && router.TargetAppID != turn.AppId ? router.TargetAppID : null;
}
