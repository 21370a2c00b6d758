using Sidecar.Workflows.History;

namespace Sidecar.Workflows.Instances;

/// <summary>The notifications that a finished instance has to send to other apps, derived from its history.</summary>
internal static class PendingNotifications
{
    public static List<OutgoingMessage> Of(WorkflowRuntime runtime, Execution execution)
    {
        var facts = new Turn(runtime.AppId, execution, [], runtime.Now, WorkflowRuntime.NewId, null);
        var messages = new List<OutgoingMessage>();
        var completion = execution.History.Last(e => e.ExecutionCompleted is not null);
        if (Completion.ToParent(facts, [], completion) is { App: not null } notification)
        {
            messages.Add(notification);
        }

        var terminated = execution.History.LastOrDefault(e => e.ExecutionTerminated is not null)?.ExecutionTerminated;
        if (terminated is { Recurse: true })
        {
            messages.AddRange(Messaging.Cascade(facts, execution.Children, terminated.Input).Where(m => m.App is not null));
        }

        return messages;
    }
}
