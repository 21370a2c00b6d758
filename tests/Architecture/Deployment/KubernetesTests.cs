using YamlDotNet.RepresentationModel;

namespace Architecture.Deployment;

/// <summary>The manifests of a cluster run the apps of the run template: same app ids, ports, settings and resources.</summary>
public sealed class KubernetesTests
{
    public static TheoryData<string> AppIds => [.. RunTemplate.AppIds];

    public static TheoryData<string> Overlays => ["redis", "postgres-rabbitmq"];

    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_deployment_has_the_app_id_port_and_protocol_of_the_run_template(string appId)
    {
        var deployment = Deployment(appId);
        var template = Yaml.Map(deployment, "spec", "template");
        var annotations = Yaml.Map(template, "metadata", "annotations");
        var container = (YamlMappingNode)((YamlSequenceNode)Yaml.Map(template, "spec")["containers"])[0];
        var app = RunTemplate.App(appId);
        Assert.Equal(
            (appId, Yaml.Text(app, "appPort"), Yaml.Optional(app, "appProtocol") ?? "http"),
            (
                Yaml.Text(annotations, "dapr.io/app-id"),
                Yaml.Text(annotations, "dapr.io/app-port"),
                Yaml.Text(annotations, "dapr.io/app-protocol")
            )
        );
        Assert.Equal(Yaml.Text(app, "appPort"), Yaml.Text((YamlMappingNode)((YamlSequenceNode)container["ports"])[0], "containerPort"));
        Assert.True(
            container.Children.ContainsKey("readinessProbe")
                && container.Children.ContainsKey("livenessProbe")
                && Yaml.Map(container, "resources").Children.ContainsKey("limits")
        );
        Assert.Equal("true", Yaml.Text(Yaml.Map(template, "spec", "securityContext"), "runAsNonRoot"));
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_deployment_has_the_settings_of_the_run_template(string appId)
    {
        var template = Yaml.Map(Deployment(appId), "spec", "template");
        var container = (YamlMappingNode)((YamlSequenceNode)Yaml.Map(template, "spec")["containers"])[0];
        var names = ((YamlSequenceNode)container["env"]).Cast<YamlMappingNode>().Select(item => Yaml.Text(item, "name")).ToHashSet();
        Assert.All(RunTemplate.Settings(appId), setting => Assert.Contains(setting.Name, names));
        var annotations = Yaml.Map(template, "metadata", "annotations");
        Assert.All(RunTemplate.HealthChecks, check => Assert.Equal(check.Value, Yaml.Text(annotations, $"dapr.io/{check.Name}")));
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_has_an_autoscaler_a_disruption_budget_and_an_access_list(string appId)
    {
        var documents = Yaml.Documents($"deploy/base/{appId}.yaml");
        Assert.Superset(
            new HashSet<string> { "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Configuration" },
            documents.Select(document => Yaml.Text(document, "kind")).ToHashSet()
        );
        var configuration = Yaml.Map(OfKind("Configuration", appId), "spec");
        Assert.Equal("deny", Yaml.Text(Yaml.Map(configuration, "accessControl"), "defaultAction"));
        Assert.False(configuration.Children.ContainsKey("mtls"), "mTLS is a setting of Dapr's own configuration, it has no effect here");
    }

    [Fact]
    public void Network_policies_open_only_the_gateways_port_to_the_outside()
    {
        var policies = Yaml.Documents("deploy/base/network-policy.yaml").Select(policy => Yaml.Map(policy, "spec")).ToList();
        Assert.All(policies, policy => Assert.Equal("[Ingress]", Yaml.Flat(policy["policyTypes"])));
        var open = policies
            .Where(policy => ((YamlSequenceNode)policy["ingress"]).Cast<YamlMappingNode>().Any(rule => !rule.Children.ContainsKey("from")))
            .ToList();
        Assert.Equal(
            ("{matchLabels:{app:gateway}}", $"[{{ports:[{{port:{Yaml.Text(RunTemplate.App("gateway"), "appPort")}}}]}}]"),
            (Yaml.Flat(Assert.Single(open)["podSelector"]), Yaml.Flat(open[0]["ingress"]))
        );
        Assert.Contains(policies, policy => Yaml.Flat(policy["podSelector"]) == "{}"); // all others are closed
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Components_of_an_overlay_read_passwords_from_secrets(string set)
    {
        string[] secret = ["connectionString", "redisPassword", "password"];
        var items = Yaml.Documents($"deploy/overlays/{set}/components.yaml")
            .Where(document => Yaml.Text(document, "kind") == "Component")
            .SelectMany(component => (YamlSequenceNode)Yaml.Map(component, "spec")["metadata"])
            .Cast<YamlMappingNode>();
        Assert.All(items.Where(item => secret.Contains(Yaml.Text(item, "name"))), item =>
            Assert.True(item.Children.ContainsKey("secretKeyRef"), Yaml.Flat(item))
        );
    }

    [Fact]
    public void Access_lists_allow_exactly_the_calls_of_the_dependency_map()
    {
        var allowed = RunTemplate.AppIds.SelectMany(callee =>
            ((YamlSequenceNode)Yaml.Map(OfKind("Configuration", callee), "spec", "accessControl")["policies"]).Select(policy =>
                $"{Yaml.Text((YamlMappingNode)policy, "appId")} → {callee}"
            )
        );
        var made = Blueprint.Dependencies.MapReader.Read(Repository.Root).Calls.Select(call => $"{call.From} → {call.To}");
        Assert.Equal(made.Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void An_overlay_has_the_components_of_its_component_set(string set) =>
        Assert.Equal(
            Repository
                .Files.Where(file => file.StartsWith($"components/{set}/", StringComparison.Ordinal))
                .Select(file => Yaml.Describe(Repository.Yaml(file)))
                .Order(StringComparer.Ordinal),
            Yaml.Documents($"deploy/overlays/{set}/components.yaml")
                .Select(Yaml.Describe)
                .Select(component => component.Replace(" redisUsername redisPassword", "", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void Shared_resources_equal_the_subscriptions_and_policies_of_components()
    {
        var here = Repository
            .Files.Where(file =>
                file.StartsWith("components/", StringComparison.Ordinal)
                && file.Count(c => c == '/') == 1
                && file is not ("components/configuration.yaml" or "components/secrets.yaml")
            )
            .Select(file => Yaml.Flat(Repository.Yaml(file)));
        Assert.Equal(
            here.Order(StringComparer.Ordinal),
            Yaml.Documents("deploy/base/shared-resources.yaml").Select(Yaml.Flat).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("deploy/base")]
    [InlineData("deploy/overlays/redis")]
    [InlineData("deploy/overlays/postgres-rabbitmq")]
    public void A_kustomization_lists_every_file_of_its_folder(string folder)
    {
        var named = ((YamlSequenceNode)Repository.Yaml($"{folder}/kustomization.yaml")["resources"])
            .Select(resource => ((YamlScalarNode)resource).Value!)
            .ToList();
        Assert.All(named, resource =>
            Assert.True(Path.Exists(Path.Combine(Repository.Root, folder, resource)), $"{folder}/{resource} is not there")
        );
        var files = Repository
            .Files.Where(file => file.StartsWith($"{folder}/", StringComparison.Ordinal))
            .Select(file => file[(folder.Length + 1)..])
            .Where(file => file != "kustomization.yaml" && !file.Contains('/', StringComparison.Ordinal));
        Assert.Empty(files.Except(named));
    }

    /// <summary>Default is closed: an address that is named and that no policy lets through is a connection that hangs.</summary>
    [Theory]
    [InlineData("deploy/overlays/redis", "redis-master:6379", "redis", "6379")]
    [InlineData("deploy/base", "telemetry.order-platform:4317", "telemetry", "4317")]
    public void A_network_policy_allows_connections_to_a_configured_address(string folder, string address, string label, string port)
    {
        var named = Repository.Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal));
        Assert.Contains(named, file => Repository.Read(file).Contains(address, StringComparison.Ordinal));
        Assert.Contains(Yaml.Documents($"{folder}/network-policy.yaml").Select(policy => Yaml.Map(policy, "spec")), policy =>
            Yaml.Flat(policy["podSelector"]).Contains($":{label}}}", StringComparison.Ordinal)
            && Yaml.Flat(policy["ingress"]) == $"[{{from:[{{podSelector:{{}}}}],ports:[{{port:{port}}}]}}]"
        );
    }

    private static YamlMappingNode Deployment(string appId) => OfKind("Deployment", appId);

    private static YamlMappingNode OfKind(string kind, string appId) =>
        Yaml.Documents($"deploy/base/{appId}.yaml").Single(document => Yaml.Text(document, "kind") == kind);
}
