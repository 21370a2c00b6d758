using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Resiliency;

/// <summary>
/// Counts the executions and activations of policies, under the names and labels of daprd's metrics. <paramref name="resource"/> is the
/// Resiliency that defines them.
/// </summary>
internal sealed class PolicyMeter(string appId, Func<string> resource)
{
    public const string Name = "Sidecar.Resiliency";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Activations = Meter.CreateCounter<long>(
        "dapr_resiliency_activations_total",
        description: "Policies that came into effect: a retry, a timeout, a breaker that changed."
    );

    private static readonly Counter<long> Executions = Meter.CreateCounter<long>(
        "dapr_resiliency_count",
        description: "Policies that calls were executed under."
    );

    private static readonly Counter<long> Loaded = Meter.CreateCounter<long>(
        "dapr_resiliency_loaded",
        description: "Resiliency resources that were loaded."
    );

    /// <summary>The latest state of each target; as in daprd, the breakers of a target share a label, because there are too many.</summary>
    private static readonly ConcurrentDictionary<(string App, string Resource, string Target, string Direction), BreakerState> Breakers =
        new();

    static PolicyMeter() =>
        Meter.CreateObservableGauge(
            "dapr_resiliency_cb_state",
            () =>
                Breakers.SelectMany(breaker =>
                    Observe(breaker.Key.App, breaker.Key.Resource, breaker.Key.Target, breaker.Key.Direction, breaker.Value)
                ),
            description: "1 for the state a circuit breaker is in, 0 for the others."
        );

    public void Load(string name) =>
        Loaded.Add(
            1,
            new TagList
            {
                { "app_id", appId },
                { "name", name },
                { "namespace", "" },
            }
        );

    /// <summary>Counts a call once for each part of its policy, however often it is repeated; its breaker with its current state.</summary>
    public void Executed(Policy policy, string direction, string target)
    {
        if (policy.HasTimeout)
        {
            Executions.Add(1, Tags("timeout", direction, target, ""));
        }
        if (policy.HasRetry)
        {
            Executions.Add(1, Tags("retry", direction, target, ""));
        }
        if (policy.Breaker is { } breaker)
        {
            Executions.Add(1, Tags("circuitbreaker", direction, target, Text(breaker.State)));
        }
    }

    public void Activated(string policy, string direction, string target, string status = "") =>
        Activations.Add(1, Tags(policy, direction, target, status));

    private TagList Tags(string policy, string direction, string target, string status) =>
        new()
        {
            { "app_id", appId },
            { "flow_direction", direction },
            { "name", resource() },
            { "namespace", "" },
            { "policy", policy },
            { "status", status },
            { "target", target },
        };

    /// <summary>Called under the breaker's own lock, so the state is the one it has just taken.</summary>
    public void StateChanged(CircuitBreaker breaker, string direction, string target) =>
        Breakers[(appId, resource(), target, direction)] = breaker.State;

    /// <summary>A target has a breaker, which has had no cause to change yet.</summary>
    public void Track(string direction, string target) => Breakers.TryAdd((appId, resource(), target, direction), BreakerState.Closed);

    private static IEnumerable<Measurement<long>> Observe(string app, string resource, string target, string direction, BreakerState now)
    {
        foreach (var state in (string[])["closed", "half-open", "open", "unknown"])
        {
            yield return new Measurement<long>(
                Text(now) == state ? 1 : 0,
                new TagList
                {
                    { "app_id", app },
                    { "flow_direction", direction },
                    { "name", resource },
                    { "namespace", "" },
                    { "policy", "circuitbreaker" },
                    { "status", state },
                    { "target", target },
                }
            );
        }
    }

    public static string Text(BreakerState state) =>
        state switch
        {
            BreakerState.Closed => "closed",
            BreakerState.HalfOpen => "half-open",
            _ => "open",
        };
}
