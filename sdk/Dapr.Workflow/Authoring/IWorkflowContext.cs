namespace Dapr.Workflow;

public interface IWorkflowContext
{
    /// <summary>True while recorded events are played again: effects such as logs have happened already.</summary>
    bool IsReplaying { get; }

    /// <summary>The start of the current turn in UTC, the same on every replay.</summary>
    DateTime CurrentUtcDateTime { get; }

    /// <summary>
    /// True where the changed code has to run, false where a history from before the change is replayed.
    /// The answer is recorded and stays for the instance.
    /// </summary>
    bool IsPatched(string patchName);
}
