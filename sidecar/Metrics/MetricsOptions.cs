using System.Globalization;
using Sidecar.Yaml;

namespace Sidecar.Metrics;

/// <summary>The metrics section of a Configuration (<c>spec.metric</c>, <c>spec.metrics</c>).</summary>
internal sealed record MetricsOptions
{
    private static readonly double[] DefaultBuckets =
    [
        1,
        2,
        3,
        4,
        5,
        6,
        8,
        10,
        13,
        16,
        20,
        25,
        30,
        40,
        50,
        65,
        80,
        100,
        130,
        160,
        200,
        250,
        300,
        400,
        500,
        650,
        800,
        1_000,
        2_000,
        5_000,
        10_000,
        20_000,
        50_000,
        100_000,
    ];

    public static readonly MetricsOptions Default = new();

    public bool Enabled { get; init; } = true;

    /// <summary>True to label measurements by path; false for an empty label.</summary>
    public bool PathsInHttp { get; init; } = true;

    public bool VerbsInHttp { get; init; } = true;

    public bool ErrorCodes { get; init; }

    /// <summary>Path templates (<c>/orders/{id}</c>) that paths are counted under.</summary>
    public IReadOnlyList<string> PathMatching { get; init; } = [];

    public IReadOnlyList<double> LatencyBuckets { get; init; } = DefaultBuckets;

    public IReadOnlyList<MetricsRule> Rules { get; init; } = [];

    public static MetricsOptions Read(YamlMap metrics, MetricsOptions before)
    {
        var http = metrics.Map("http");
        var buckets = Buckets(metrics, "latencyDistributionBuckets");
        metrics.Accept("workflow");
        return new MetricsOptions
        {
            Enabled = metrics.Flag("enabled") ?? before.Enabled,
            ErrorCodes = metrics.Flag("recordErrorCodes") ?? before.ErrorCodes,
            PathsInHttp = http?.Flag("increasedCardinality") ?? before.PathsInHttp,
            VerbsInHttp = http?.Flag("excludeVerbs") is { } excluded ? !excluded : before.VerbsInHttp,
            PathMatching = http?.Has("pathMatching") == true ? http.Texts("pathMatching") : before.PathMatching,
            LatencyBuckets = buckets.Count > 0 ? buckets : before.LatencyBuckets,
            Rules = metrics.Has("rules") ? MetricsRule.Read(metrics) : before.Rules,
        };
    }

    /// <summary>In ascending order and without zero, as daprd counts them.</summary>
    private static List<double> Buckets(YamlMap metrics, string key)
    {
        var buckets = new SortedSet<double>();
        foreach (var text in metrics.Texts(key))
        {
            if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var bucket))
            {
                buckets.Add(bucket);
            }
            else
            {
                metrics.Report(key, $"each item of '{key}' must be a whole number of milliseconds, not '{text}'");
            }
        }
        buckets.Remove(0);
        return [.. buckets];
    }
}
