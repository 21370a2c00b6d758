using YamlDotNet.RepresentationModel;

namespace Architecture.Deployment;

/// <summary>The containers of docker-compose.yml run the apps of the run template: same app ids, ports, settings and resources.</summary>
public sealed class ComposeTests
{
    private static readonly YamlMappingNode Services = (YamlMappingNode)Repository.Yaml("docker-compose.yml")["services"];

    public static TheoryData<string> AppIds => [.. RunTemplate.AppIds];

    [Fact]
    public void The_compose_file_has_the_servers_of_daprd_and_of_the_component_sets() =>
        Assert.Superset(
            new HashSet<string> { "placement", "scheduler", "sentry", "redis", "rabbitmq", "postgres", "telemetry" },
            Services.Children.Keys.Select(key => ((YamlScalarNode)key).Value!).ToHashSet()
        );

    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_and_its_sidecar_have_containers_with_matching_ports(string appId)
    {
        var app = RunTemplate.App(appId);
        var build = Yaml.Map(Services, appId, "build");
        Assert.True(File.Exists(Path.Combine(Repository.Root, Yaml.Text(build, "dockerfile"))));
        Assert.Equal(
            Yaml.Text(app, "appDirPath").Replace("./", "", StringComparison.Ordinal) + "/Dockerfile",
            Yaml.Text(build, "dockerfile")
        );
        var flags = SidecarFlags(appId);
        Assert.Contains($"--app-id={appId}", flags);
        Assert.Contains($"--app-port={Yaml.Text(app, "appPort")}", flags);
        var environment = Yaml.Map(Services, appId, "environment");
        Assert.Contains($"--dapr-http-port={Yaml.Text(environment, "DAPR_HTTP_PORT")}", flags);
        Assert.Contains($"--dapr-grpc-port={Yaml.Text(environment, "DAPR_GRPC_PORT")}", flags);
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_container_has_the_settings_of_the_run_template(string appId)
    {
        var compose = Yaml.Pairs(Yaml.Map(Services, appId, "environment")).ToHashSet();
        Assert.All(RunTemplate.Settings(appId), setting => Assert.Contains(setting, compose));
        var flags = SidecarFlags(appId);
        Assert.All(RunTemplate.HealthChecks, check => Assert.Contains($"--{check.Name}={check.Value}", flags));
    }

    /// <summary>With sentry a sidecar knows its callers, so the list of its app applies.</summary>
    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_sidecar_has_the_access_list_of_its_app_and_an_identity(string appId)
    {
        var flags = SidecarFlags(appId);
        Assert.Contains($"--config=/platform/components/access/{appId}.yaml", flags);
        Assert.True(File.Exists(Path.Combine(Repository.Root, "components", "access", $"{appId}.yaml")));
        Assert.Contains("--enable-mtls", flags);
        Assert.Contains("--sentry-address=localhost:50001", flags);
    }

    /// <summary>Their defaults are the same for all of them, 8080 and 9090, and the gateway listens on 8080.</summary>
    [Theory]
    [InlineData("placement")]
    [InlineData("scheduler")]
    [InlineData("sentry")]
    public void A_program_of_the_control_plane_names_its_ports(string program)
    {
        var flags = ((YamlSequenceNode)Yaml.Map(Services, program)["command"]).Select(flag => ((YamlScalarNode)flag).Value!).ToList();
        Assert.All((string[])["--port=", "--healthz-port=", "--metrics-port="], port =>
            Assert.Single(flags, flag => flag.StartsWith(port, StringComparison.Ordinal))
        );
    }

    /// <summary>All sidecars create the file of names at the same time. daprd waits 0.8 s for its lock, then runs on without a name.</summary>
    [Fact]
    public void A_sidecar_waits_for_the_file_of_names()
    {
        var configuration = (YamlMappingNode)Repository.Yaml("deploy/compose/configuration.yaml")["spec"];
        var names = Yaml.Map(configuration, "nameResolution", "configuration");
        Assert.Equal(("20s", "20s"), (Yaml.Text(names, "busyTimeout"), Yaml.Text(names, "timeout")));
    }

    [Fact]
    public void No_port_is_used_twice_in_the_shared_network_of_the_containers()
    {
        var ports = Services
            .Children.Values.OfType<YamlMappingNode>()
            .Where(service => service.Children.TryGetValue("command", out var command) && command is YamlSequenceNode)
            .SelectMany(service => ((YamlSequenceNode)service["command"]).OfType<YamlScalarNode>().Select(flag => flag.Value!))
            .Where(flag => flag.Contains("port=", StringComparison.Ordinal) && !flag.StartsWith("--app-port", StringComparison.Ordinal))
            .Select(flag => flag.Split('=')[1])
            .Concat(RunTemplate.Apps.Select(app => Yaml.Text(app, "appPort")))
            .ToList();
        Assert.Distinct(ports);
    }

    [Theory]
    [MemberData(nameof(AppIds))]
    public void A_dockerfile_runs_the_service_without_root_and_with_a_health_check(string appId)
    {
        var folder = Yaml.Text(RunTemplate.App(appId), "appDirPath").Replace("./", "", StringComparison.Ordinal);
        var lines = Repository.Read($"{folder}/Dockerfile").Split('\n');
        Assert.Contains("USER 10001", lines);
        Assert.Contains($"EXPOSE {Yaml.Text(RunTemplate.App(appId), "appPort")}", lines);
        Assert.Contains(lines, line => line.StartsWith("HEALTHCHECK", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains($"dotnet publish {folder} ", StringComparison.Ordinal));
    }

    /// <summary>An app and its sidecar share both tokens, so that neither takes calls of others.</summary>
    [Theory]
    [MemberData(nameof(AppIds))]
    public void An_app_and_its_sidecar_have_the_same_tokens(string appId)
    {
        foreach (var token in (string[])["DAPR_API_TOKEN", "APP_API_TOKEN"])
        {
            Assert.Equal(
                Yaml.Pairs(Yaml.Map(Services, appId, "environment")).Single(item => item.Name == token),
                Yaml.Pairs(Yaml.Map(Services, $"{appId}-dapr", "environment")).Single(item => item.Name == token)
            );
        }
    }

    [Theory]
    [InlineData("redis", "redis")]
    [InlineData("postgres", "postgres-rabbitmq")]
    [InlineData("rabbitmq", "postgres-rabbitmq")]
    public void A_server_runs_only_with_its_set_and_sidecars_wait_until_it_is_healthy(string server, string set)
    {
        Assert.Equal($"[{set}]", Yaml.Flat(Yaml.Map(Services, server)["profiles"]));
        Assert.True(Yaml.Map(Services, server).Children.ContainsKey("healthcheck"));
        Assert.All(RunTemplate.AppIds, appId =>
        {
            Assert.Equal(
                "{condition:service_healthy,required:false}",
                Yaml.Flat(Yaml.Map(Services, $"{appId}-dapr", "depends_on")[server])
            );
            Assert.Contains("--resources-path=/platform/components/${COMPOSE_PROFILES}", SidecarFlags(appId));
        });
    }

    private static List<string> SidecarFlags(string appId) =>
        [.. ((YamlSequenceNode)Yaml.Map(Services, $"{appId}-dapr")["command"]).Select(flag => ((YamlScalarNode)flag).Value!)];
}
