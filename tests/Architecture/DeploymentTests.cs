using YamlDotNet.RepresentationModel;

namespace Architecture;

/// <summary>Cluster and containers run the apps of the run template: same app ids, ports and resources.</summary>
public sealed class DeploymentTests
{
    private static readonly IReadOnlyList<YamlMappingNode> Apps =
    [
        .. ((YamlSequenceNode)Repository.Yaml("dapr.yaml")["apps"]).Cast<YamlMappingNode>(),
    ];

    public static TheoryData<string> AppIds => [.. Apps.Select(app => Text(app, "appID"))];

    public static TheoryData<string> Overlays => ["redis", "postgres-rabbitmq"];

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_has_its_deployment_with_the_same_id_port_and_protocol(string appId)
    {
        var deployment = Documents($"deploy/base/{appId}.yaml").Single(document => Text(document, "kind") == "Deployment");
        var template = Map(deployment, "spec", "template");
        var annotations = Map(template, "metadata", "annotations");
        var container = (YamlMappingNode)((YamlSequenceNode)Map(template, "spec")["containers"])[0];
        var app = App(appId);
        Assert.Equal(
            (appId, Text(app, "appPort"), Optional(app, "appProtocol") ?? "http"),
            (Text(annotations, "dapr.io/app-id"), Text(annotations, "dapr.io/app-port"), Text(annotations, "dapr.io/app-protocol"))
        );
        Assert.Equal(Text(app, "appPort"), Text((YamlMappingNode)((YamlSequenceNode)container["ports"])[0], "containerPort"));
        Assert.True(
            container.Children.ContainsKey("readinessProbe")
                && container.Children.ContainsKey("livenessProbe")
                && Map(container, "resources").Children.ContainsKey("limits")
        );
        Assert.Equal("true", Text(Map(template, "spec", "securityContext"), "runAsNonRoot"));
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_scales_keeps_one_replica_and_says_who_may_call_it(string appId)
    {
        var documents = Documents($"deploy/base/{appId}.yaml");
        Assert.Superset(
            new HashSet<string> { "Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Configuration" },
            documents.Select(document => Text(document, "kind")).ToHashSet()
        );
        var configuration = Map(documents.Single(document => Text(document, "kind") == "Configuration"), "spec");
        Assert.Equal("deny", Text(Map(configuration, "accessControl"), "defaultAction"));
        Assert.False(configuration.Children.ContainsKey("mtls"), "mTLS is a setting of Dapr's own configuration, it has no effect here");
    }

    [Fact]
    public void From_outside_only_the_gateways_port_is_open()
    {
        var policies = Documents("deploy/base/network-policy.yaml").Select(policy => Map(policy, "spec")).ToList();
        Assert.All(policies, policy => Assert.Equal("[Ingress]", Flat(policy["policyTypes"])));
        var open = policies
            .Where(policy => ((YamlSequenceNode)policy["ingress"]).Cast<YamlMappingNode>().Any(rule => !rule.Children.ContainsKey("from")))
            .ToList();
        Assert.Equal(
            ("{matchLabels:{app:gateway}}", $"[{{ports:[{{port:{Text(App("gateway"), "appPort")}}}]}}]"),
            (Flat(Assert.Single(open)["podSelector"]), Flat(open[0]["ingress"]))
        );
        Assert.Contains(policies, policy => Flat(policy["podSelector"]) == "{}"); // all others are closed
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void A_cluster_takes_what_is_secret_from_its_secrets(string set)
    {
        string[] secret = ["connectionString", "redisPassword", "password"];
        var items = Documents($"deploy/overlays/{set}/components.yaml")
            .Where(document => Text(document, "kind") == "Component")
            .SelectMany(component => (YamlSequenceNode)Map(component, "spec")["metadata"])
            .Cast<YamlMappingNode>();
        Assert.All(items.Where(item => secret.Contains(Text(item, "name"))), item =>
            Assert.True(item.Children.ContainsKey("secretKeyRef"), Flat(item))
        );
    }

    [Fact]
    public void The_compose_file_has_all_that_daprd_and_the_component_sets_need() =>
        Assert.Superset(
            new HashSet<string> { "placement", "scheduler", "redis", "rabbitmq", "postgres", "telemetry" },
            Map(Documents("docker-compose.yml").Single(), "services").Children.Keys.Select(key => ((YamlScalarNode)key).Value!).ToHashSet()
        );

    [Fact]
    public void The_access_lists_of_the_cluster_allow_the_calls_of_the_map_and_no_others()
    {
        var allowed = Apps.Select(app => Text(app, "appID"))
            .SelectMany(callee =>
                (
                    (YamlSequenceNode)
                        Map(
                            Documents($"deploy/base/{callee}.yaml").Single(document => Text(document, "kind") == "Configuration"),
                            "spec",
                            "accessControl"
                        )["policies"]
                ).Select(policy => $"{Text((YamlMappingNode)policy, "appId")} → {callee}")
            );
        var made = Blueprint.Dependencies.MapReader.Read(Repository.Root).Calls.Select(call => $"{call.From} → {call.To}");
        Assert.Equal(made.Order(StringComparer.Ordinal), allowed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void An_overlay_has_the_components_of_its_set(string set) =>
        Assert.Equal(
            Repository
                .Files.Where(file => file.StartsWith($"components/{set}/", StringComparison.Ordinal))
                .Select(file => Describe(Repository.Yaml(file)))
                .Order(StringComparer.Ordinal),
            Documents($"deploy/overlays/{set}/components.yaml")
                .Select(Describe)
                .Select(component => component.Replace(" redisUsername redisPassword", "", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );

    [Fact]
    public void The_cluster_has_the_subscriptions_and_policies_of_components()
    {
        var here = Repository
            .Files.Where(file =>
                file.StartsWith("components/", StringComparison.Ordinal)
                && file.Count(c => c == '/') == 1
                && file is not ("components/configuration.yaml" or "components/secrets.yaml")
            )
            .Select(file => Flat(Repository.Yaml(file)));
        Assert.Equal(
            here.Order(StringComparer.Ordinal),
            Documents("deploy/base/shared-resources.yaml").Select(Flat).Order(StringComparer.Ordinal)
        );
    }

    [Theory]
    [InlineData("deploy/base")]
    [InlineData("deploy/overlays/redis")]
    [InlineData("deploy/overlays/postgres-rabbitmq")]
    public void A_kustomization_names_what_is_there_and_forgets_nothing(string folder)
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

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_has_its_container_its_sidecar_and_a_port_of_its_own_in_the_compose_file(string appId)
    {
        var services = (YamlMappingNode)Repository.Yaml("docker-compose.yml")["services"];
        var app = App(appId);
        var build = Map(services, appId, "build");
        Assert.True(File.Exists(Path.Combine(Repository.Root, Text(build, "dockerfile"))));
        Assert.Equal(Text(app, "appDirPath").Replace("./", "", StringComparison.Ordinal) + "/Dockerfile", Text(build, "dockerfile"));
        var flags = ((YamlSequenceNode)Map(services, $"{appId}-dapr")["command"]).Select(flag => ((YamlScalarNode)flag).Value!).ToList();
        Assert.Contains($"--app-id={appId}", flags);
        Assert.Contains($"--app-port={Text(app, "appPort")}", flags);
        var environment = Map(services, appId, "environment");
        Assert.Contains($"--dapr-http-port={Text(environment, "DAPR_HTTP_PORT")}", flags);
        Assert.Contains($"--dapr-grpc-port={Text(environment, "DAPR_GRPC_PORT")}", flags);
    }

    [Fact]
    public void All_containers_share_one_network_so_no_two_sidecars_ask_for_the_same_port()
    {
        var ports = ((YamlMappingNode)Repository.Yaml("docker-compose.yml")["services"])
            .Children.Values.OfType<YamlMappingNode>()
            .Where(service => service.Children.TryGetValue("command", out var command) && command is YamlSequenceNode)
            .SelectMany(service => ((YamlSequenceNode)service["command"]).OfType<YamlScalarNode>().Select(flag => flag.Value!))
            .Where(flag => flag.Contains("-port=", StringComparison.Ordinal) && !flag.StartsWith("--app-port", StringComparison.Ordinal))
            .Select(flag => flag.Split('=')[1])
            .Concat(Apps.Select(app => Text(app, "appPort")))
            .ToList();
        Assert.Distinct(ports);
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_dockerfile_runs_the_service_without_root_and_with_a_health_check(string appId)
    {
        var folder = Text(App(appId), "appDirPath").Replace("./", "", StringComparison.Ordinal);
        var lines = Repository.Read($"{folder}/Dockerfile").Split('\n');
        Assert.Contains("USER 10001", lines);
        Assert.Contains($"EXPOSE {Text(App(appId), "appPort")}", lines);
        Assert.Contains(lines, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"dotnet publish {folder} ", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_has_the_settings_of_the_run_template_in_its_container_and_on_a_cluster(string appId)
    {
        var common = Map((YamlMappingNode)Repository.Yaml("dapr.yaml"), "common");
        var settings = Pairs(Map(common, "env"))
            .Concat(App(appId).Children.TryGetValue("env", out var own) ? Pairs((YamlMappingNode)own) : []);
        var compose = Pairs(Map((YamlMappingNode)Repository.Yaml("docker-compose.yml"), "services", appId, "environment")).ToHashSet();
        Assert.All(settings, setting => Assert.Contains(setting, compose));

        var deployment = Documents($"deploy/base/{appId}.yaml").Single(document => Text(document, "kind") == "Deployment");
        var container = (YamlMappingNode)((YamlSequenceNode)Map(deployment, "spec", "template", "spec")["containers"])[0];
        var cluster = ((YamlSequenceNode)container["env"]).Cast<YamlMappingNode>().ToDictionary(item => Text(item, "name"), item => item);
        Assert.All(settings, setting => Assert.True(cluster.ContainsKey(setting.Name), $"{setting.Name} is not set on the cluster"));

        var flags = Flags(appId);
        var annotations = Map(deployment, "spec", "template", "metadata", "annotations");
        foreach (
            var (name, template) in ((string, string)[])
                [
                    ("app-health-check-path", "appHealthCheckPath"),
                    ("app-health-probe-interval", "appHealthProbeInterval"),
                    ("app-health-threshold", "appHealthThreshold"),
                ]
        )
        {
            Assert.Contains($"--{name}={Text(common, template)}", flags);
            Assert.Equal(Text(common, template), Text(annotations, $"dapr.io/{name}"));
        }
    }

    /// <summary>An app and its sidecar share both tokens, so that neither takes calls of others.</summary>
    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_and_its_sidecar_have_the_same_tokens_in_containers(string appId)
    {
        var services = Map((YamlMappingNode)Repository.Yaml("docker-compose.yml"), "services");
        foreach (var token in (string[])["DAPR_API_TOKEN", "APP_API_TOKEN"])
        {
            Assert.Equal(
                Pairs(Map(services, appId, "environment")).Single(item => item.Name == token),
                Pairs(Map(services, $"{appId}-dapr", "environment")).Single(item => item.Name == token)
            );
        }
    }

    [Theory]
    [InlineData("redis", "redis")]
    [InlineData("postgres", "postgres-rabbitmq")]
    [InlineData("rabbitmq", "postgres-rabbitmq")]
    public void A_server_runs_with_its_set_only_and_the_sidecars_wait_until_it_is_well(string server, string set)
    {
        var services = Map((YamlMappingNode)Repository.Yaml("docker-compose.yml"), "services");
        Assert.Equal($"[{set}]", Flat(Map(services, server)["profiles"]));
        Assert.True(Map(services, server).Children.ContainsKey("healthcheck"));
        Assert.All(Apps.Select(app => Text(app, "appID")), appId =>
        {
            Assert.Equal("{condition:service_healthy,required:false}", Flat(Map(services, $"{appId}-dapr", "depends_on")[server]));
            Assert.Contains("--resources-path=/platform/components/${COMPOSE_PROFILES}", Flags(appId));
        });
    }

    [Fact]
    public void A_service_has_a_database_of_its_own_on_PostgreSQL_and_keys_of_its_own_on_Redis()
    {
        var script = Repository.Read("deploy/postgres/databases.sql");
        var users = Repository.Read("deploy/redis/users.acl").Split('\n').ToDictionary(line => line.Split(' ').ElementAtOrDefault(1) ?? "");
        foreach (var file in Repository.Files.Where(file => file.StartsWith("components/redis/", StringComparison.Ordinal)))
        {
            var component = Repository.Yaml(file);
            var name = Text(Map(component, "metadata"), "name");
            if (name == "events")
            {
                var topics = Metadata(component, "protectedTopics").Split(',', StringSplitOptions.TrimEntries);
                Assert.All(topics, topic => Assert.True(Allows(users["events"], topic), $"users.acl refuses topic '{topic}'"));
                continue;
            }
            var owner = ((YamlScalarNode)((YamlSequenceNode)component["scopes"]).Single()).Value!;
            var twin = Metadata(
                Repository.Yaml(file.Replace("/redis/", "/postgres-rabbitmq/", StringComparison.Ordinal)),
                "connectionString"
            );
            Assert.Contains($" user={owner} password={owner} database={owner} ", twin, StringComparison.Ordinal);
            Assert.Contains($"CREATE ROLE {owner} LOGIN PASSWORD '{owner}';", script, StringComparison.Ordinal);
            Assert.Contains($"CREATE DATABASE {owner} OWNER {owner};", script, StringComparison.Ordinal);
            Assert.Contains($"REVOKE ALL ON DATABASE {owner} FROM PUBLIC;", script, StringComparison.Ordinal);

            var prefix = Metadata(component, "keyPrefix") switch
            {
                "name" => name,
                "" => owner,
                var custom => custom,
            };
            Assert.All(users.Where(user => user.Key is not ("" or "default" or "admin")), user =>
                Assert.Equal(user.Key == owner, Allows(user.Value, $"{prefix}||a"))
            );
        }
    }

    /// <summary>Default is closed: an address that is named and that no policy lets through is a connection that hangs.</summary>
    [Theory]
    [InlineData("deploy/overlays/redis", "redis-master:6379", "redis", "6379")]
    [InlineData("deploy/base", "telemetry.order-platform:4317", "telemetry", "4317")]
    public void An_address_in_the_namespace_is_let_through_by_a_network_policy(string folder, string address, string label, string port)
    {
        var named = Repository.Files.Where(file => file.StartsWith(folder, StringComparison.Ordinal));
        Assert.Contains(named, file => Repository.Read(file).Contains(address, StringComparison.Ordinal));
        Assert.Contains(Documents($"{folder}/network-policy.yaml").Select(policy => Map(policy, "spec")), policy =>
            Flat(policy["podSelector"]).Contains($":{label}}}", StringComparison.Ordinal)
            && Flat(policy["ingress"]) == $"[{{from:[{{podSelector:{{}}}}],ports:[{{port:{port}}}]}}]"
        );
    }

    private static List<string> Flags(string appId) =>
        [
            .. (
                (YamlSequenceNode)Map((YamlMappingNode)Repository.Yaml("docker-compose.yml"), "services", $"{appId}-dapr")["command"]
            ).Select(flag => ((YamlScalarNode)flag).Value!),
        ];

    /// <summary>The entries of a map, those of a merge key first, as compose reads it.</summary>
    private static IEnumerable<(string Name, string Value)> Pairs(YamlMappingNode map) =>
        (map.Children.TryGetValue("<<", out var merged) ? Pairs((YamlMappingNode)merged) : [])
            .Concat(
                map.Children.Where(item => ((YamlScalarNode)item.Key).Value != "<<")
                    .Select(item => (Name: ((YamlScalarNode)item.Key).Value!, ((YamlScalarNode)item.Value).Value!))
            )
            .GroupBy(item => item.Name)
            .Select(items => items.Last());

    /// <summary>True if a line of an ACL file allows a key; its patterns have a star at one end at most.</summary>
    private static bool Allows(string user, string key) =>
        user.Split(' ')
            .Where(word => word.StartsWith('~'))
            .Select(word => word[1..])
            .Any(pattern =>
                pattern.StartsWith('*') ? key.EndsWith(pattern[1..], StringComparison.Ordinal)
                : pattern.EndsWith('*') ? key.StartsWith(pattern[..^1], StringComparison.Ordinal)
                : key == pattern
            );

    private static string Metadata(YamlMappingNode component, string name) =>
        ((YamlSequenceNode)Map(component, "spec")["metadata"])
            .Cast<YamlMappingNode>()
            .Where(item => Text(item, "name") == name)
            .Select(item => Text(item, "value"))
            .SingleOrDefault("");

    private static YamlMappingNode App(string appId) => Apps.Single(app => Text(app, "appID") == appId);

    private static List<YamlMappingNode> Documents(string file)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(Repository.Read(file)));
        return [.. yaml.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    private static string Describe(YamlMappingNode component) =>
        $"{Text(Map(component, "metadata"), "name")} {Text(Map(component, "spec"), "type")} {Text(Map(component, "spec"), "version")} {(component.Children.TryGetValue("scopes", out var scopes) ? string.Join(' ', ((YamlSequenceNode)scopes).Select(scope => ((YamlScalarNode)scope).Value)) : "")}"
        + string.Concat(
            ((YamlSequenceNode)Map(component, "spec")["metadata"]).Cast<YamlMappingNode>().Select(item => $" {Text(item, "name")}")
        );

    private static string Flat(YamlNode node) =>
        node switch
        {
            YamlMappingNode map =>
                $"{{{string.Join(',', map.Children.Select(item => $"{Flat(item.Key)}:{Flat(item.Value)}").Order(StringComparer.Ordinal))}}}",
            YamlSequenceNode list => $"[{string.Join(',', list.Select(Flat))}]",
            _ => ((YamlScalarNode)node).Value ?? "",
        };

    private static YamlMappingNode Map(YamlMappingNode map, params ReadOnlySpan<string> path)
    {
        foreach (var key in path)
        {
            map = (YamlMappingNode)(map.Children.TryGetValue(key, out var own) ? own : Map(map, "<<")[key]);
        }
        return map;
    }

    private static string Text(YamlMappingNode map, string key) => ((YamlScalarNode)map[key]).Value!;

    private static string? Optional(YamlMappingNode map, string key) =>
        map.Children.TryGetValue(key, out var value) ? ((YamlScalarNode)value).Value : null;
}
