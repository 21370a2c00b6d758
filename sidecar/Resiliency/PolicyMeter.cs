using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Sidecar.Resiliency;

/// <summary>What policies do, under the names of daprd's metrics.</summary>
internal sealed class PolicyMeter
{
    public const string Name = "Sidecar.Resiliency";

    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Activations = Meter.CreateCounter<long>("dapr_resiliency_activations_total", description: "Policies that came into effect: a retry, a timeout, a breaker that changed.");
    private static readonly ConcurrentDictionary<(string App, string Target, string Breaker), (BreakerState State, string Direction)> Breakers = new();

    private readonly string appId;

    static PolicyMeter() => Meter.CreateObservableGauge("dapr_resiliency_cb_state", () => Breakers.SelectMany(breaker => Observe(breaker.Key.App, breaker.Key.Target, breaker.Key.Breaker, breaker.Value)), description: "1 for the state a circuit breaker is in, 0 for the others.");

    public PolicyMeter(string appId) => this.appId = appId;

    public void Activated(string policy, string direction, string target)
        => Activations.Add(1, new TagList { { "app_id", appId }, { "policy", policy }, { "flow_direction", direction }, { "target", target } });

    public void StateChanged(CircuitBreaker breaker, string direction, string target)
    {
        Activated("circuitbreaker", direction, target);
        // Called under the breaker's own lock, so the state is the one it has just taken.
        Breakers[(appId, target, breaker.Name)] = (breaker.State, direction);
    }

    private static IEnumerable<Measurement<long>> Observe(string app, string target, string breaker, (BreakerState State, string Direction) now)
    {
        foreach (var (state, text) in ((BreakerState, string)[])[(BreakerState.Closed, "closed"), (BreakerState.HalfOpen, "half-open"), (BreakerState.Open, "open")])
        {
            yield return new Measurement<long>(now.State == state ? 1 : 0, new TagList { { "app_id", app }, { "target", target }, { "name", breaker }, { "flow_direction", now.Direction }, { "status", text } });
        }
    }
}
