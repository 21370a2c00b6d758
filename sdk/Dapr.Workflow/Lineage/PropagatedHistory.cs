using System.Diagnostics.CodeAnalysis;

namespace Dapr.Workflow;

/// <summary>What ancestor workflows did, oldest ancestor first, immediate parent last.</summary>
public sealed class PropagatedHistory(IReadOnlyList<PropagatedHistoryEvent> events)
{
    public IReadOnlyList<PropagatedHistoryEvent> Events { get; } = events ?? throw new ArgumentNullException(nameof(events));

    /// <summary>Each app id once, in order of first appearance.</summary>
    public IReadOnlyList<string> GetAppIds() =>
        [.. Events.Select(entry => entry.AppId).Distinct(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Several entries where a name recurs, by recursion or continue-as-new.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetEventsByWorkflowName(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return [.. Events.Where(entry => Lookup.Matches(entry.Name, name))];
    }

    public bool TryGetLastWorkflowEventByName(string name, [NotNullWhen(true)] out PropagatedHistoryEvent? result)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return (result = Events.LastOrDefault(entry => Lookup.Matches(entry.Name, name))) is not null;
    }

    public IReadOnlyList<PropagatedHistoryEvent> GetByAppId(string appId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(appId);
        return [.. Events.Where(entry => Lookup.Matches(entry.AppId, appId))];
    }

    /// <summary>Instance ids match exactly.</summary>
    public IReadOnlyList<PropagatedHistoryEvent> GetByInstanceId(string instanceId)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(instanceId);
        return [.. Events.Where(entry => string.Equals(entry.InstanceId, instanceId, StringComparison.Ordinal))];
    }
}
