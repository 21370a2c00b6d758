using System.Text.RegularExpressions;
using Sidecar.Yaml;

namespace Sidecar.Metrics;

/// <summary>
/// A rule of <c>spec.metrics.rules</c>: replaces the matching parts of a label's values, so that many values become one series.
/// </summary>
internal sealed record MetricsRule(string Metric, string Label, Regex Pattern, string Replacement)
{
    private const string Prefix = "dapr_";

    public static IReadOnlyList<MetricsRule> Read(YamlMap metrics) =>
        [
            .. metrics
                .Maps("rules")
                .SelectMany(rule => rule.Maps("labels").SelectMany(label => Read(Normalized(rule.Text("name") ?? ""), label))),
        ];

    /// <summary>The value of a label after all rules for it. An empty value stays empty.</summary>
    public static string Apply(IReadOnlyList<MetricsRule> rules, string metric, string label, string value)
    {
        foreach (var rule in rules)
        {
            if (value.Length > 0 && rule.Label == label && rule.Metric == Normalized(metric))
            {
                value = rule.Pattern.Replace(value, rule.Replacement);
            }
        }
        return value;
    }

    /// <summary>Each entry of <c>regex</c> has the replacement as its name and the expression as its value.</summary>
    private static List<MetricsRule> Read(string metric, YamlMap label)
    {
        var rules = new List<MetricsRule>();
        var name = label.Text("name") ?? "";
        foreach (var (replacement, expression) in label.TextMap("regex"))
        {
            try
            {
                var pattern = new Regex(expression, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
                rules.Add(new MetricsRule(metric, name, pattern, replacement));
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                label.Report("regex", $"'{expression}' is no regular expression that the sidecar supports: {e.Message}");
            }
        }
        return rules;
    }

    /// <summary>A rule may name a metric with or without the prefix, in the form of Prometheus or with slashes.</summary>
    private static string Normalized(string metric) =>
        (metric.StartsWith(Prefix, StringComparison.Ordinal) ? metric[Prefix.Length..] : metric).Replace('/', '_');
}
