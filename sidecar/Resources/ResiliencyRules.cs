namespace Sidecar.Resources;

/// <summary>A Resiliency resource: named policies and their targets. A name without a policy has no effect, as in daprd.</summary>
internal sealed record ResiliencyRules(
    string Name,
    IReadOnlyDictionary<string, TimeSpan> Timeouts,
    IReadOnlyDictionary<string, RetryRule> Retries,
    IReadOnlyDictionary<string, BreakerRule> Breakers,
    IReadOnlyDictionary<string, PolicyNames> Apps,
    IReadOnlyDictionary<string, PolicyNames> Actors,
    IReadOnlyDictionary<string, ComponentPolicies> Components,
    IReadOnlyList<string> Scopes
)
{
    public bool AppliesTo(string appId) => Scopes.Count == 0 || Scopes.Contains(appId, StringComparer.Ordinal);
}

/// <summary>
/// The policies of a target, by name; null for none. With <paramref name="BreakerPerId"/> each actor has its own breaker instead of one for
/// the type. <paramref name="BreakerCacheSize"/> limits the breakers kept for one target.
/// </summary>
internal sealed record PolicyNames(
    string? Timeout,
    string? Retry,
    string? Breaker,
    bool BreakerPerId = false,
    int? BreakerCacheSize = null
);

/// <summary>Outbound: the sidecar calls the component. Inbound: the component's messages go to the app.</summary>
internal sealed record ComponentPolicies(PolicyNames Inbound, PolicyNames Outbound);
