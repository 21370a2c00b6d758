using Sidecar.Go;
using Sidecar.Metrics;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Tests.Blocks;

public sealed class ConfigurationReaderTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("configuration-");
    private readonly List<YamlProblem> problems = [];

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("$NAME", "value")]
    [InlineData("${NAME}s and $NAME.", "values and value.")]
    [InlineData("a${NOT_SET}b$NOT_SET", "ab")]
    [InlineData("costs $ 5, 5 $", "costs $ 5, 5 $")]
    [InlineData("a${}b", "ab")]
    [InlineData("a${NAME", "aNAME")]
    [InlineData("$1$$x", "x")]
    [InlineData("${1}$NAME", "value")]
    public void References_are_replaced_as_Go_does(string text, string expanded) =>
        Assert.Equal(expanded, GoEnvironment.Expand(text, name => name == "NAME" ? "value" : null));

    [Fact]
    public void Only_the_first_document_counts_whatever_its_kind_says()
    {
        var configuration = Read(
            """
            kind: Component
            spec: { tracing: { samplingRate: "$RATE" } }
            ---
            spec: { tracing: { samplingRate: "0" } }
            """
        );

        Assert.Equal("0.5", configuration.Tracing.SamplingRate);
        Assert.Equal([1, 1, 4], problems.Select(problem => problem.Line));
        Assert.All(problems, problem => Assert.Equal(Severity.IgnoredField, problem.Severity));
    }

    [Fact]
    public void Buckets_are_sorted_and_one_that_is_no_number_is_reported()
    {
        Assert.Equal([5d, 10d], Configured("metrics: { latencyDistributionBuckets: [10, 0, 5, 10] }").Metrics.LatencyBuckets);
        Assert.Empty(problems);

        Configured("metrics: { latencyDistributionBuckets: [1, a] }");

        Assert.Contains("'a'", Assert.Single(problems).Message, StringComparison.Ordinal);
        Assert.Equal(Severity.Error, problems[0].Severity);
    }

    [Fact]
    public void A_rule_replaces_parts_of_a_label_and_one_without_a_regular_expression_is_reported()
    {
        const string Count = "dapr_http_server_request_count";
        var rules = Configured(
            $$"""metrics: { rules: [ { name: {{Count}}, labels: [ { name: path, regex: { any: "[0-9]+" } } ] } ] }"""
        ).Metrics.Rules;

        Assert.Equal("/orders/any", MetricsRule.Apply(rules, Count, "path", "/orders/7"));
        Assert.Equal("/orders/7", MetricsRule.Apply(rules, Count, "method", "/orders/7"));
        Assert.Equal("/orders/7", MetricsRule.Apply(rules, "dapr_http_server_latency", "path", "/orders/7"));
        Assert.Empty(problems);

        Configured("""metrics: { rules: [ { name: a, labels: [ { name: b, regex: { c: "(" } } ] } ] }""");

        Assert.Equal(Severity.Error, Assert.Single(problems).Severity);
    }

    [Fact]
    public void A_field_of_metrics_replaces_that_of_metric()
    {
        var metrics = Configured("metric: { enabled: false, recordErrorCodes: true }\n  metrics: { enabled: true }").Metrics;

        Assert.Equal((true, true), (metrics.Enabled, metrics.ErrorCodes));
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("state", "v1", "grpc", 0)]
    [InlineData("subtlecrypto", "v1alpha1", "grpc", 0)]
    [InlineData("conversation", "v1alpha2", "grpc", 0)]
    [InlineData("jobs", "v1", "grpc", 0)]
    [InlineData("state", "v1.0", "grpc", 1)]
    [InlineData("state", "v1.0", "GRPC", 1)]
    [InlineData("state", "v1.0", "http", 0)]
    [InlineData("states", "v1", "grpc", 1)]
    public void A_rule_that_names_no_API_of_gRPC_causes_a_warning(string name, string version, string protocol, int warnings)
    {
        Configured($"api: {{ denied: [ {{ name: {name}, version: {version}, protocol: {protocol} }} ] }}");

        Assert.Equal(warnings, problems.Count);
        Assert.All(problems, problem => Assert.Equal(Severity.IgnoredField, problem.Severity));
    }

    [Theory]
    [InlineData("state.redis", "v1", true)]
    [InlineData("pubsub.redis", "v1", true)]
    [InlineData("pubsub.redis", "v2", false)]
    [InlineData("lock.redis", "v1", false)]
    public void A_denied_type_may_name_a_version(string type, string version, bool denied)
    {
        var configuration = Configured("components: { deny: [state.redis, pubsub.redis/v1, \"\", a/b/c] }");
        var component = new Component("c", type, version, [], [], null, false, "f", 1);

        Assert.Equal(denied, configuration.DeniedComponents.Any(one => one.Covers(component)));
        Assert.Empty(problems);
    }

    private Configuration Configured(string spec) =>
        Read($"apiVersion: dapr.io/v1alpha1\nkind: Configuration\nmetadata: {{ name: test }}\nspec:\n  {spec}\n");

    private Configuration Read(string text)
    {
        var file = Path.Combine(folder.FullName, "configuration.yaml");
        File.WriteAllText(file, text);
        return ConfigurationReader.Load([file], name => name == "RATE" ? "0.5" : null, problems);
    }
}
