using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace EndToEnd.Systems;

/// <summary>An app of a run template, merged with <c>common</c>. Paths are absolute.</summary>
internal sealed record TemplateApp(
    string AppId,
    string Directory,
    int Port,
    string Protocol,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string> Resources,
    string Configuration,
    string? HealthPath,
    int ProbeInterval,
    int Threshold
);

/// <summary>
/// Reads <c>dapr.yaml</c> as <c>dapr run -f</c> does. Supports the fields of this system's template; any other field fails. Source: Dapr
/// docs, "Multi-App Run template file".
/// </summary>
internal static class RunTemplate
{
    /// <param name="set">The folder under <c>components/</c> that takes the place of the one the template names.</param>
    public static IReadOnlyList<TemplateApp> Read(SystemFolder folder, string set)
    {
        var template = new DeserializerBuilder()
            .WithNamingConvention(CamelCaseNamingConvention.Instance)
            .Build()
            .Deserialize<Template>(File.ReadAllText(folder.Template));
        var common = template.Common;
        var resources = common.ResourcesPaths.Select(path => ComponentSet(Path.GetFullPath(path, folder.Path), set)).ToList();
        return
        [
            .. template.Apps.Select(app => new TemplateApp(
                app.AppID,
                Path.GetFullPath(app.AppDirPath, folder.Path),
                app.AppPort,
                app.AppProtocol,
                app.Command,
                Merged(common.Env, app.Env),
                resources,
                Path.GetFullPath(common.ConfigFilePath, folder.Path),
                common.EnableAppHealthCheck ? common.AppHealthCheckPath : null,
                common.AppHealthProbeInterval,
                common.AppHealthThreshold
            )),
        ];
    }

    private static string ComponentSet(string path, string set) =>
        Path.GetDirectoryName(path) is { } parent && Path.GetFileName(parent) == "components" ? Path.Combine(parent, set) : path;

    private static Dictionary<string, string> Merged(Dictionary<string, string> common, Dictionary<string, string> own)
    {
        var merged = new Dictionary<string, string>(common, StringComparer.Ordinal);
        foreach (var (name, value) in own)
        {
            merged[name] = value;
        }
        return merged;
    }

    private sealed class Template
    {
        public int Version { get; set; }
        public Common Common { get; set; } = new();
        public List<App> Apps { get; set; } = [];
    }

    private sealed class Common
    {
        public List<string> ResourcesPaths { get; set; } = [];
        public string ConfigFilePath { get; set; } = "";
        public bool EnableAppHealthCheck { get; set; }
        public string AppHealthCheckPath { get; set; } = "/healthz";
        public int AppHealthProbeInterval { get; set; } = 5;
        public int AppHealthThreshold { get; set; } = 3;
        public Dictionary<string, string> Env { get; set; } = [];
    }

    private sealed class App
    {
        public string AppID { get; set; } = "";
        public string AppDirPath { get; set; } = "";
        public int AppPort { get; set; }
        public string AppProtocol { get; set; } = "http";
        public List<string> Command { get; set; } = [];
        public Dictionary<string, string> Env { get; set; } = [];
    }
}
