using Sidecar.Apps;
using Sidecar.Resources;
using Sidecar.Yaml;

namespace Sidecar.Running;

/// <summary>
/// Reads a run template strictly. Field names, merging of <c>common</c> and how relative paths count: the Dapr CLI. Paths of an app count
/// from its <c>appDirPath</c>, the others from the file.
/// </summary>
internal sealed class RunTemplateReader
{
    /// <summary>Fields that mean something to daprd's own installation only; they are accepted without effect.</summary>
    private static readonly string[] WithoutEffect =
    [
        "placementHostAddress",
        "schedulerHostAddress",
        "enableProfiling",
        "profilePort",
        "daprdLogDestination",
        "readBufferSize",
    ];

    /// <summary>Fields for Kubernetes runs of the CLI.</summary>
    private static readonly string[] ForKubernetes = ["containerImage", "containerImagePullPolicy", "createService"];

    private const string DefaultSet = "embedded";

    private readonly string file;
    private readonly string folder;
    private readonly string? componentSet;
    private readonly List<YamlProblem> problems;

    private RunTemplateReader(string file, string? componentSet, List<YamlProblem> problems) =>
        (this.file, folder, this.componentSet, this.problems) = (file, Path.GetDirectoryName(file)!, componentSet, problems);

    /// <param name="componentSet">The folder under <c>components/</c> that takes the place of the one the template names; null:
    /// <c>embedded</c>, if there is one.</param>
    /// <param name="input">The text of the template; null: the file is read. Paths count from the file all the same.</param>
    /// <exception cref="InvalidConfigurationException">With every mistake found.</exception>
    public static RunTemplate Read(string file, string? componentSet, bool strict = true, TextReader? input = null)
    {
        var problems = new List<YamlProblem>();
        if (input is null && !File.Exists(file))
        {
            throw new InvalidConfigurationException(
                file,
                0,
                "the run template does not exist; run in the folder that holds dapr.yaml, or name it with -f"
            );
        }
        var full = Path.GetFullPath(file);
        var documents = input is null ? YamlDocuments.Read(full, problems) : YamlDocuments.Parse(full, input, problems);
        var apps = new List<RunApp>();
        string? name = null;
        if (documents is [var document, ..])
        {
            name = document.Text("name");
            var reader = new RunTemplateReader(full, componentSet, problems);
            apps = reader.Apps(document);
        }
        else if (problems.Count == 0)
        {
            problems.Add(new YamlProblem(full, 1, "the file is empty; expected version, common and apps"));
        }
        var warnings = InvalidConfigurationException.ThrowIfAny(problems, strict);
        return new RunTemplate(Path.GetDirectoryName(full)!, full, name, apps, warnings);
    }

    private List<RunApp> Apps(YamlMap document)
    {
        if (document.Number("version") is not 1)
        {
            document.Report("version", "'version' must be 1");
        }
        var common = document.Map("common");
        var items = document.Maps("apps");
        if (items.Count == 0)
        {
            document.Report("apps", "'apps' is missing or empty: a run needs at least one app");
        }
        document.WarnOfUnknownKeys();
        var shared = common is null ? SharedFields.None : ReadShared(common, folder);
        common?.WarnOfUnknownKeys();
        var apps = items.Select(item => App(item, shared)).OfType<RunApp>().ToList();
        foreach (var again in apps.GroupBy(app => app.Options.AppId, StringComparer.Ordinal).SelectMany(same => same.Skip(1)))
        {
            var first = apps.First(app => app.Options.AppId == again.Options.AppId);
            problems.Add(
                new YamlProblem(
                    file,
                    again.Line,
                    $"app '{again.Options.AppId}' is already declared in line {first.Line}. The embedded sidecar runs an app "
                        + "id once; several instances of an app are what Dapr on Kubernetes is for (docs/operations.md)"
                )
            );
        }
        return apps;
    }

    private RunApp? App(YamlMap item, SharedFields common)
    {
        var appDir = item.RequiredText("appDirPath", "the folder of the app");
        var directory = Locate(appDir ?? ".", folder);
        if (appDir is not null && !Directory.Exists(directory))
        {
            item.Report("appDirPath", $"the folder '{directory}' does not exist");
        }
        var appId = item.Text("appID") is { Length: > 0 } id ? id : Path.GetFileName(directory.TrimEnd(Path.DirectorySeparatorChar));
        if (appId.Contains('.', StringComparison.Ordinal))
        {
            item.Report("appID", $"'{appId}' cannot contain dots, which separate an app from its namespace; give an appID without them");
        }
        var shared = ReadShared(item, directory).Over(common, directory, Locate);
        var channel = item.Text("appChannelAddress") is { Length: > 0 } address ? address : null;
        var options = new AppOptions
        {
            AppId = appId,
            AppPort = Port(item, "appPort"),
            HttpPort = Port(item, "daprHTTPPort"),
            GrpcPort = Port(item, "daprGRPCPort"),
            InternalGrpcPort = Port(item, "daprInternalGRPCPort"),
            MetricsPort = Port(item, "metricsPort"),
            AppChannelAddress = channel ?? "127.0.0.1",
            AppProtocol = AppProtocols.Parse(shared.AppProtocol ?? "http", shared.AppSsl == true)!,
            ListenAddresses = shared.ListenAddresses?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
                ?? ["localhost"],
            ResourcesPaths = shared.Resources,
            ConfigPaths = shared.Config is { } config ? [config, .. AccessListOf(config, appId)] : [],
            LogLevel = shared.LogLevel,
            ApiLogging = shared.ApiLogging,
            MaxConcurrency = shared.MaxConcurrency ?? -1,
            MaxBodySize = shared.MaxBodySize ?? AppOptions.DefaultMaxBodySize,
            AppHealthCheck = shared.HealthCheck ?? false,
            AppHealthCheckPath = shared.HealthPath ?? "/healthz",
            AppHealthProbeInterval = TimeSpan.FromSeconds(shared.HealthInterval is > 0 and var seconds ? seconds : 5),
            AppHealthProbeTimeout = TimeSpan.FromMilliseconds(shared.HealthTimeout is > 0 and var limit ? limit : 500),
            AppHealthThreshold = shared.HealthThreshold is > 0 and var threshold ? threshold : 3,
        };
        if (options.Problem is { } problem)
        {
            item.Report("appID", problem);
        }
        if (item.Text("unixDomainSocket") is { Length: > 0 })
        {
            item.Report("unixDomainSocket", "'unixDomainSocket' is not offered by the embedded sidecar; leave it out to use ports");
        }
        var command = item.Texts("command");
        item.Accept(ForKubernetes);
        item.WarnOfUnknownKeys();
        return appDir is null
            ? null
            : new RunApp(
                options,
                directory,
                command,
                AppEnvironment.WithChannel(shared.Env, channel),
                shared.AppLog ?? LogDestination.Console,
                item.Line
            );
    }

    private SharedFields ReadShared(YamlMap map, string from)
    {
        map.Accept(WithoutEffect);
        var resources = map.Texts("resourcesPaths")
            .Concat(map.Text("resourcesPath") is { Length: > 0 } single ? [single] : [])
            .Select(folder => Existing(map, "resourcesPaths", ComponentSetOf(Locate(folder, from))))
            .ToList();
        var config = map.Text("configFilePath") is { Length: > 0 } path ? Existing(map, "configFilePath", Locate(path, from)) : null;
        var runtimePath = map.Text("runtimePath") is { Length: > 0 } runtime ? Existing(map, "runtimePath", Locate(runtime, from)) : null;
        return SharedFields.Read(map, resources, config, runtimePath);
    }

    /// <summary>
    /// <c>access/&lt;app id&gt;.yaml</c> beside the Configuration, if there is one. The template cannot name it: without mTLS, as under
    /// <c>dapr run</c>, daprd identifies no callers, and a list that denies by default would refuse every call there.
    /// </summary>
    private static IEnumerable<string> AccessListOf(string configuration, string appId) =>
        Path.Combine(Path.GetDirectoryName(configuration)!, "access", $"{appId}.yaml") is var file && System.IO.File.Exists(file)
            ? [file]
            : [];

    /// <summary>
    /// Replaces a folder under <c>components/</c> that is one of several sets by the chosen set: the template names the set that <c>dapr
    /// init</c> provides. Sets declare components of the same names. Any other folder has its usual meaning.
    /// </summary>
    private string ComponentSetOf(string path)
    {
        var parent = Path.GetDirectoryName(path.TrimEnd(Path.DirectorySeparatorChar));
        if (parent is null || Path.GetFileName(parent) != "components" || !Directory.Exists(path))
        {
            return path;
        }
        var chosen = Path.Combine(parent, componentSet ?? DefaultSet);
        if (!Directory.Exists(chosen))
        {
            if (componentSet is not null)
            {
                var known = Directory.Exists(parent)
                    ? string.Join(
                        ", ",
                        Directory
                            .EnumerateDirectories(parent)
                            .Where(folder => ComponentsOf(folder).Any())
                            .Select(Path.GetFileName)
                            .Order(StringComparer.Ordinal)
                    )
                    : "none";
                problems.Add(new YamlProblem(parent, 0, $"there is no component set '{componentSet}'; known are: {known}"));
            }
            return path;
        }
        if (ComponentsOf(path).Except(ComponentsOf(chosen), StringComparer.Ordinal).ToList() is not { Count: > 0 } missing)
        {
            return chosen;
        }
        problems.Add(
            new YamlProblem(
                chosen,
                0,
                $"the set does not replace {path}, because it does not declare "
                    + $"{string.Join(", ", missing.Select(name => $"'{name}'"))}; declare the same components in both"
            )
            {
                Severity = componentSet is null ? Severity.IgnoredField : Severity.Error,
            }
        );
        return path;
    }

    /// <summary>Mistakes in the files are reported when their resources are loaded.</summary>
    private static IEnumerable<string> ComponentsOf(string folder) =>
        ResourceSet.Read([folder], []).Components.Select(component => component.Name);

    private static string Locate(string path, string from) =>
        path.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), path[2..].TrimStart('/'))
            : Path.GetFullPath(path, from);

    private static string Existing(YamlMap map, string key, string path)
    {
        if (!File.Exists(path) && !Directory.Exists(path))
        {
            map.Report(key, $"'{path}' does not exist");
        }
        return path;
    }

    private static int Port(YamlMap item, string key)
    {
        var port = item.Number(key) ?? 0;
        if (port is < -1 or > 65535)
        {
            item.Report(key, $"'{key}' must be a port from 1 to 65535, not {port}");
        }
        return Math.Max(0, port);
    }
}
