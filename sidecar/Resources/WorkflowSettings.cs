using Sidecar.Go;
using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>
/// The workflow section of a Configuration. A global limit applies to this one sidecar, so the smaller of both limits counts.
/// </summary>
internal sealed record WorkflowSettings(ConcurrencyLimits? Limits, RetentionPolicy? Retention)
{
    public static readonly WorkflowSettings Default = new(null, null);

    public static WorkflowSettings Read(YamlMap workflow)
    {
        var limits = new ConcurrencyLimits(
            Least(workflow, "maxConcurrentWorkflowInvocations", "globalMaxConcurrentWorkflowInvocations"),
            Least(workflow, "maxConcurrentActivityInvocations", "globalMaxConcurrentActivityInvocations"),
            ByName(workflow, "workflowConcurrencyLimits"),
            ByName(workflow, "activityConcurrencyLimits")
        );
        var policy = workflow.Map("stateRetentionPolicy");
        var retention = policy is null
            ? null
            : new RetentionPolicy(
                Duration(policy, "anyTerminal"),
                Duration(policy, "completed"),
                Duration(policy, "failed"),
                Duration(policy, "terminated")
            );
        policy?.WarnOfUnknownKeys();
        workflow.WarnOfUnknownKeys();
        return new WorkflowSettings(limits.AreNone ? null : limits, retention);
    }

    private static int? Least(YamlMap map, string own, string global) =>
        new[] { map.Number(own), map.Number(global) }.Where(limit => limit > 0).Min();

    private static Dictionary<string, int> ByName(YamlMap map, string key)
    {
        var limits = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var limit in map.Maps(key))
        {
            if (
                limit.RequiredText("name", "whose concurrency this limits") is { } name
                && limit.Number("maxConcurrent") is > 0 and var most
            )
            {
                limits[name] = most;
            }
        }
        return limits;
    }

    private static TimeSpan? Duration(YamlMap map, string key)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }
        if (GoDuration.TryParse(text, out var duration) && duration >= TimeSpan.Zero)
        {
            return duration;
        }
        map.Report(key, $"'{key}' must be a duration such as '24h' or '30s', not '{text}'");
        return null;
    }
}
