using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>One ancestor workflow and what it called. Names match without regard to case.</summary>
public sealed class PropagatedHistoryEvent(
    string instanceId,
    string appId,
    string name,
    IReadOnlyList<PropagatedHistoryActivityResult> activities,
    IReadOnlyList<PropagatedHistoryWorkflowResult> childWorkflows)
{
    public string InstanceId { get; } = instanceId ?? throw new ArgumentNullException(nameof(instanceId));

    public string AppId { get; } = appId ?? throw new ArgumentNullException(nameof(appId));

    public string Name { get; } = name ?? throw new ArgumentNullException(nameof(name));

    public IReadOnlyList<PropagatedHistoryActivityResult> Activities { get; } =
        activities ?? throw new ArgumentNullException(nameof(activities));

    public IReadOnlyList<PropagatedHistoryWorkflowResult> Workflows { get; } =
        childWorkflows ?? throw new ArgumentNullException(nameof(childWorkflows));

    public IReadOnlyList<PropagatedHistoryActivityResult> GetActivitiesByName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Activities.Where(activity => Lookup.Matches(activity.Name, name))];
    }

    public bool TryGetLastActivityByName(string name, [NotNullWhen(true)] out PropagatedHistoryActivityResult? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return (result = Activities.LastOrDefault(activity => Lookup.Matches(activity.Name, name))) is not null;
    }

    public IReadOnlyList<PropagatedHistoryWorkflowResult> GetWorkflowsByName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Workflows.Where(workflow => Lookup.Matches(workflow.Name, name))];
    }

    public bool TryGetLastWorkflowByName(string name, [NotNullWhen(true)] out PropagatedHistoryWorkflowResult? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return (result = Workflows.LastOrDefault(workflow => Lookup.Matches(workflow.Name, name))) is not null;
    }
}
