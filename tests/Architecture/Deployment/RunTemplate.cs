using YamlDotNet.RepresentationModel;

namespace Architecture.Deployment;

/// <summary>The apps of dapr.yaml with the settings that every way to run them has to repeat.</summary>
internal static class RunTemplate
{
    private static readonly YamlMappingNode Template = Repository.Yaml("dapr.yaml");
    private static readonly YamlMappingNode Common = Yaml.Map(Template, "common");

    public static IReadOnlyList<YamlMappingNode> Apps { get; } = [.. ((YamlSequenceNode)Template["apps"]).Cast<YamlMappingNode>()];

    public static IReadOnlyList<string> AppIds { get; } = [.. Apps.Select(app => Yaml.Text(app, "appID"))];

    /// <summary>The health check settings, by the name of daprd's flag.</summary>
    public static IReadOnlyList<(string Name, string Value)> HealthChecks { get; } =
    [
        ("app-health-check-path", Yaml.Text(Common, "appHealthCheckPath")),
        ("app-health-probe-interval", Yaml.Text(Common, "appHealthProbeInterval")),
        ("app-health-threshold", Yaml.Text(Common, "appHealthThreshold")),
    ];

    public static YamlMappingNode App(string appId) => Apps.Single(app => Yaml.Text(app, "appID") == appId);

    /// <summary>Not for images (docs/decisions/0121).</summary>
    private const string OfOneMachine = "DOTNET_EnableWriteXorExecute";

    /// <summary>The environment variables of an app that hold wherever it runs, common ones first.</summary>
    public static IEnumerable<(string Name, string Value)> Settings(string appId) =>
        Yaml.Pairs(Yaml.Map(Common, "env"))
            .Where(setting => setting.Name != OfOneMachine)
            .Concat(App(appId).Children.TryGetValue("env", out var own) ? Yaml.Pairs((YamlMappingNode)own) : []);
}
