namespace Sidecar.Workflows;

/// <summary>The engines of the other apps, for activities and child workflows that name another app.</summary>
internal interface IWorkflowPeers
{
    /// <summary>Null if that app is not in this process (yet); callers retry.</summary>
    WorkflowEngine? Find(string appId);
}

/// <summary>For an app without other apps.</summary>
internal sealed class NoWorkflowPeers : IWorkflowPeers
{
    public WorkflowEngine? Find(string appId) => null;
}
