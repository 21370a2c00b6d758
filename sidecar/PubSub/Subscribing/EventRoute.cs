using System.Text.Json.Nodes;
using Sidecar.Cel;
using Sidecar.Resources;

namespace Sidecar.PubSub.Subscribing;

/// <summary>The route of a subscription's event: the first matching rule, or the default.</summary>
internal sealed class EventRoute
{
    private readonly (CelExpression? Match, string Path)[] rules;

    /// <exception cref="CelException">A rule can't be read.</exception>
    public EventRoute(IEnumerable<EventRule> rules, string? fallback)
    {
        this.rules = [.. rules.Select(rule => (string.IsNullOrWhiteSpace(rule.Match) ? null : CelExpression.Parse(rule.Match), rule.Path))];
        Fallback = fallback;
    }

    public string? Fallback { get; }

    /// <summary>True if no route is set at all.</summary>
    public bool IsEmpty => rules.Length == 0 && Fallback is null;

    /// <summary>All routes in the order of evaluation, as the metadata API lists them.</summary>
    public IEnumerable<(string Match, string Path)> Described =>
        rules.Select(rule => (rule.Match?.Text ?? "", rule.Path)).Concat(Fallback is null ? [] : [("", Fallback)]);

    /// <summary>The path for <paramref name="envelope"/>, or null when no rule takes it.</summary>
    /// <exception cref="CelException">A rule could not be evaluated: the delivery fails, and goes to no other route (as in
    /// daprd).</exception>
    public string? Find(JsonObject envelope)
    {
        foreach (var (match, path) in rules)
        {
            if (match is null || match.Holds("event", envelope))
            {
                return path;
            }
        }
        return Fallback;
    }
}
