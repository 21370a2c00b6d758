using System.Globalization;
using Sidecar.Cel;
using Sidecar.Go;
using Sidecar.Yaml;

namespace Sidecar.Resources;

/// <summary>Reads a Resiliency document strictly. Source: Dapr docs, "Resiliency" and the spec of its resource.</summary>
internal static class ResiliencyReader
{
    private static readonly PolicyNames None = new(null, null, null);

    public static ResiliencyRules? Read(YamlMap document)
    {
        ResourceHeader.Expect(document, "dapr.io/v1alpha1");
        var name = ResourceHeader.Name(document);
        var scopes = document.Texts("scopes");
        var spec = document.Map("spec");
        document.WarnOfUnknownKeys();
        if (name is null || spec is null)
        {
            document.Report("spec", "'spec' is missing: a resiliency resource needs policies and targets");
            return null;
        }
        var policies = spec.Map("policies");
        var targets = spec.Map("targets");
        spec.WarnOfUnknownKeys();
        var rules = new ResiliencyRules(
            name,
            Timeouts(policies?.Map("timeouts")),
            Each(policies?.Map("retries"), Retry),
            Each(policies?.Map("circuitBreakers"), Breaker),
            Each(targets?.Map("apps"), App),
            Each(targets?.Map("actors"), Actor),
            Each(targets?.Map("components"), Component),
            scopes
        );
        policies?.WarnOfUnknownKeys();
        targets?.WarnOfUnknownKeys();
        return rules;
    }

    private static Dictionary<string, T> Each<T>(YamlMap? map, Func<YamlMap, T?> read)
        where T : class
    {
        var items = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var key in map?.Keys ?? [])
        {
            if (map!.Map(key) is { } item)
            {
                if (read(item) is { } value)
                {
                    items[key] = value;
                }
                item.WarnOfUnknownKeys();
            }
        }
        return items;
    }

    private static Dictionary<string, TimeSpan> Timeouts(YamlMap? map)
    {
        var items = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);
        foreach (var key in map?.Keys ?? [])
        {
            if (Duration(map!, key) is { } duration)
            {
                items[key] = duration;
            }
        }
        return items;
    }

    private static RetryRule? Retry(YamlMap map)
    {
        var exponential = Backoff(map);
        var matching = map.Map("matching");
        var rule = new RetryRule
        {
            Exponential = exponential,
            Duration = Duration(map, "duration") ?? RetryRule.Default.Duration,
            MaxInterval = Duration(map, "maxInterval") ?? RetryRule.Default.MaxInterval,
            MaxRetries = map.Number("maxRetries") ?? -1,
            Http = Codes(matching, "httpStatusCodes", 100, 599),
            Grpc = Codes(matching, "gRPCStatusCodes", 0, 16),
        };
        matching?.WarnOfUnknownKeys();
        return rule;
    }

    private static bool Backoff(YamlMap map)
    {
        switch (map.Text("policy")?.ToLowerInvariant()) // in any case, as in daprd
        {
            case null or "" or "constant":
                return false;
            case "exponential":
                return true;
            case var other:
                map.Report("policy", $"'{other}' is no retry policy; give constant or exponential");
                return false;
        }
    }

    private static BreakerRule? Breaker(YamlMap map)
    {
        CelExpression? trip = null;
        if (map.Text("trip") is { Length: > 0 } text)
        {
            try
            {
                trip = CelExpression.Parse(text);
            }
            catch (CelException e)
            {
                map.Report("trip", $"'{text}' is no expression: {e.Message}");
            }
        }
        return new BreakerRule(
            map.Number("maxRequests") is > 0 and var most ? most : 1,
            Duration(map, "interval") ?? TimeSpan.Zero,
            Duration(map, "timeout") is { Ticks: > 0 } open ? open : BreakerRule.DefaultTimeout,
            trip
        );
    }

    private static PolicyNames App(YamlMap map) => Names(map) with { BreakerCacheSize = map.Number("circuitBreakerCacheSize") };

    private static PolicyNames Actor(YamlMap map)
    {
        var names = App(map);
        switch (map.Text("circuitBreakerScope"))
        {
            case null when names.Breaker is not null:
                map.Report("circuitBreaker", "a circuit breaker of actors needs 'circuitBreakerScope': type, id or both");
                return names;
            case null or "type":
                return names;
            case "id" or "both":
                return names with { BreakerPerId = true };
            case var other:
                map.Report("circuitBreakerScope", $"'{other}' is no scope; give type, id or both");
                return names;
        }
    }

    private static ComponentPolicies Component(YamlMap map) => new(Direction(map.Map("inbound")), Direction(map.Map("outbound")));

    private static PolicyNames Direction(YamlMap? map)
    {
        var names = map is null ? None : Names(map);
        map?.WarnOfUnknownKeys();
        return names;
    }

    private static PolicyNames Names(YamlMap map) => new(map.Text("timeout"), map.Text("retry"), map.Text("circuitBreaker"));

    /// <summary>A duration as Go writes it; a bare number counts milliseconds, as daprd reads it.</summary>
    private static TimeSpan? Duration(YamlMap map, string key)
    {
        if (map.Text(key) is not { } text)
        {
            return null;
        }
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds))
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }
        if (GoDuration.TryParse(text, out var duration))
        {
            return duration;
        }
        map.Report(key, $"'{key}' must be a duration such as 500ms, 10s or 2m, not '{text}'");
        return null;
    }

    private static CodeRanges? Codes(YamlMap? map, string key, int lowest, int highest)
    {
        if (map?.Text(key) is not { Length: > 0 } text)
        {
            return null;
        }
        if (CodeRanges.TryParse(text, lowest, highest, out var codes))
        {
            return codes;
        }
        map.Report(key, $"'{key}' must list status codes from {lowest} to {highest} and ranges of them, such as 429,500-599, not '{text}'");
        return null;
    }
}
