using System.Collections.Concurrent;
using Sidecar.Resources;

namespace Sidecar.Resiliency;

/// <summary>The kinds of component, as they are written in the names of default policies and of targets in metrics.</summary>
internal enum ComponentKind
{
    Binding,
    Configuration,
    Conversation,
    Crypto,
    Lock,
    Pubsub,
    Secretstore,
    Statestore,
}

/// <summary>
/// The policies of one app's calls, by target. A target without policies has the default policies of its kind
/// (<c>DefaultAppRetryPolicy</c>, <c>DefaultStatestoreComponentOutboundTimeoutPolicy</c>, …). A null policy calls the target directly.
/// </summary>
internal sealed class PolicyBook
{
    private const int EndpointCacheSize = 100;
    private const int ActorCacheSize = 5000;

    private readonly Dictionary<string, TimeSpan> timeouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RetryRule> retries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, BreakerRule> breakers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PolicyNames> apps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PolicyNames> actors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ComponentPolicies> components = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Kind, string Target), BreakerCache> byEndpoint = new();
    private readonly ConcurrentDictionary<(string Kind, string Target), Policy?> byTarget = new();
    private readonly ConcurrentDictionary<string, CircuitBreaker> componentBreakers = new(StringComparer.Ordinal);
    private readonly PolicyMeter meter;
    private readonly TimeProvider time;

    public PolicyBook(string appId, IEnumerable<ResiliencyRules> rules, TimeProvider time)
    {
        this.time = time;
        meter = new PolicyMeter(appId, () => Names.Count > 0 ? Names[^1] : "");
        foreach (var rule in rules.Where(rule => rule.AppliesTo(appId)))
        {
            Names.Add(rule.Name);
            meter.Load(rule.Name);
            Merge(timeouts, rule.Timeouts);
            Merge(retries, rule.Retries);
            Merge(breakers, rule.Breakers);
            Merge(apps, rule.Apps);
            Merge(actors, rule.Actors);
            Merge(components, rule.Components);
        }
    }

    /// <summary>The resources that apply, in the order they were read; the later one wins where two name the same.</summary>
    public List<string> Names { get; } = [];

    /// <summary>
    /// Returns the policy for a call of <paramref name="method"/> at <paramref name="app"/>; each method has its own breaker. The name of
    /// an HTTPEndpoint has one breaker, so its address takes the place of the method.
    /// </summary>
    public Policy? App(string app, string method) =>
        Find("app", app, apps.GetValueOrDefault(app) ?? Default("App"), method, EndpointCacheSize, "outbound");

    /// <summary>The policy around an actor's turn: retries and breaker, no timeout, because the wait for a turn is not limited.</summary>
    public Policy? ActorCall(string type, string id)
    {
        var names = actors.GetValueOrDefault(type) ?? Default("Actor");
        return Find("actor", type, names with { Timeout = null }, names.BreakerPerId ? $"{type}-{id}" : type, ActorCacheSize, "outbound");
    }

    /// <summary>True if the Resiliency resources name the actor type as a target; default policies do not count.</summary>
    public bool HasActorTarget(string type) => actors.ContainsKey(type);

    /// <summary>The policy within an actor's turn: the time limit of the app.</summary>
    public Policy? ActorTurn(string type)
    {
        var names = actors.GetValueOrDefault(type) ?? Default("Actor");
        return Find("turn", type, new PolicyNames(names.Timeout, null, null), type, ActorCacheSize, "outbound");
    }

    /// <summary>Closes the breakers of calls of an app and of the actors it hosts, because its process is another one now.</summary>
    public void CloseFor(string app, IEnumerable<string> actorTypes)
    {
        Close("app", app);
        foreach (var type in actorTypes)
        {
            Close("actor", type);
        }
    }

    /// <summary>Closes the breakers of deliveries to the app itself, because its process is another one now.</summary>
    public void CloseInbound()
    {
        foreach (var (_, policy) in byTarget.Where(item => item.Key.Kind == "Inbound"))
        {
            policy?.Breaker?.Close();
        }
    }

    private void Close(string kind, string target)
    {
        byTarget.GetValueOrDefault((kind, target))?.Breaker?.Close();
        foreach (var policy in byEndpoint.GetValueOrDefault((kind, target))?.All ?? [])
        {
            policy.Breaker?.Close();
        }
    }

    public Policy? Outbound(string component, ComponentKind kind) =>
        Component(component, components.GetValueOrDefault(component)?.Outbound, kind, "Outbound");

    public Policy? Inbound(string component, ComponentKind kind) =>
        Component(component, components.GetValueOrDefault(component)?.Inbound, kind, "Inbound");

    private Policy? Component(string component, PolicyNames? names, ComponentKind kind, string direction) =>
        byTarget.GetOrAdd((direction, component), _ =>
            Build(
                names ?? Default($"{kind}Component{direction}", $"Component{direction}", "Component"),
                $"{kind}_{component}",
                direction.ToLowerInvariant(),
                rule => componentBreakers.GetOrAdd(component, _ => Breaker(rule, $"{kind}_{component}", direction.ToLowerInvariant()))
            )
        );

    /// <summary>The target's pipelines, under the breaker of <paramref name="endpoint"/> if there is a rule for one.</summary>
    private Policy? Find(string kind, string target, PolicyNames names, string endpoint, int cacheSize, string direction)
    {
        var shared = byTarget.GetOrAdd((kind, target), _ =>
            Build(names, MetricTarget(kind, target), direction, rule => Breaker(rule, MetricTarget(kind, target), direction))
        );
        return names.Breaker is { } breaker && breakers.TryGetValue(breaker, out var rule)
            ? byEndpoint
                .GetOrAdd((kind, target), _ => new BreakerCache(names.BreakerCacheSize is > 0 and var size ? size : cacheSize))
                .GetOrAdd(endpoint, _ => shared!.With(Breaker(rule, MetricTarget(kind, target), direction)))
            : shared;
    }

    /// <summary>The name of a target in metrics.</summary>
    private static string MetricTarget(string kind, string target) => kind == "app" ? $"app_{target}" : $"actor_{target}";

    private Policy? Build(PolicyNames names, string target, string direction, Func<BreakerRule, CircuitBreaker?> breakerOf)
    {
        TimeSpan? timeout = names.Timeout is not null && timeouts.TryGetValue(names.Timeout, out var limit) ? limit : null;
        var retry = names.Retry is not null ? retries.GetValueOrDefault(names.Retry) : null;
        var breaker = names.Breaker is not null && breakers.TryGetValue(names.Breaker, out var rule) ? breakerOf(rule) : null;
        return timeout is null && retry is null && breaker is null
            ? null
            : new Policy(
                timeout,
                retry,
                breaker,
                time,
                policy => meter.Executed(policy, direction, target),
                (kind, status) => meter.Activated(kind, direction, target, status)
            );
    }

    private CircuitBreaker Breaker(BreakerRule rule, string target, string direction)
    {
        var breaker = new CircuitBreaker(rule, time, changed => meter.StateChanged(changed, direction, target));
        meter.Track(direction, target);
        return breaker;
    }

    private PolicyNames Default(params ReadOnlySpan<string> levels) =>
        new(
            Named(timeouts, "TimeoutPolicy", levels),
            Named(retries, "RetryPolicy", levels),
            Named(breakers, "CircuitBreakerPolicy", levels)
        );

    private static string? Named<T>(Dictionary<string, T> policies, string suffix, ReadOnlySpan<string> levels)
    {
        foreach (var level in levels)
        {
            if (policies.ContainsKey($"Default{level}{suffix}"))
            {
                return $"Default{level}{suffix}";
            }
        }
        return policies.ContainsKey($"Default{suffix}") ? $"Default{suffix}" : null;
    }

    private static void Merge<T>(Dictionary<string, T> into, IReadOnlyDictionary<string, T> from)
    {
        foreach (var (name, value) in from)
        {
            into[name] = value;
        }
    }
}
