namespace Sidecar.Workflows.Storage;

/// <summary>
/// Stored format: the keys of workflows. Those of an instance are the Dapr runtime's for the state of a workflow actor; the indexes are
/// ours.
/// </summary>
internal sealed class WorkflowKeys(string appId)
{
    private readonly string type = $"{appId}||dapr.internal.default.{appId}.workflow";

    /// <summary>One key per unfinished instance, so that finished ones cost nothing at the start.</summary>
    public string PendingPrefix => $"{type}-pending||";

    /// <summary>One key per instance.</summary>
    public string IndexPrefix => $"{type}-index||";

    /// <summary>One key per finished instance that still has to notify another app of its end.</summary>
    public string PendingNotificationsPrefix => $"{type}-owed||";

    /// <summary>One key per finished instance with a retention time; its value is the time.</summary>
    public string RetainedPrefix => $"{type}-retained||";

    public string Retained(string id) => RetainedPrefix + id;

    public string Pending(string id) => PendingPrefix + id;

    public string PendingNotifications(string id) => PendingNotificationsPrefix + id;

    public string Index(string id) => IndexPrefix + id;

    public InstanceKeys Of(string id) => new($"{type}||{id}||");
}
