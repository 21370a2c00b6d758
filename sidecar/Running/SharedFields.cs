using System.Globalization;
using Sidecar.Apps;
using Sidecar.Logging;
using Sidecar.Yaml;

namespace Sidecar.Running;

/// <summary>
/// The fields that <c>common</c> and an app may both have. Null for a field without a value, or with the value that the Dapr CLI takes for
/// none: <c>false</c>, <c>0</c>, an empty text.
/// </summary>
internal sealed record SharedFields
{
    public static readonly SharedFields None = new() { Resources = [], Env = new Dictionary<string, string>() };

    public required IReadOnlyList<string> Resources { get; init; }
    public string? Config { get; init; }

    /// <summary>The folder in which <c>dapr init</c> has made its folder <c>.dapr</c>.</summary>
    public string? RuntimePath { get; init; }
    public string? AppProtocol { get; init; }
    public string? ListenAddresses { get; init; }
    public int? MaxConcurrency { get; init; }
    public bool? AppSsl { get; init; }
    public long? MaxBodySize { get; init; }
    public bool? HealthCheck { get; init; }
    public string? HealthPath { get; init; }
    public int? HealthInterval { get; init; }
    public int? HealthTimeout { get; init; }
    public int? HealthThreshold { get; init; }
    public required IReadOnlyDictionary<string, string> Env { get; init; }
    public LogDestination? AppLog { get; init; }
    public LogLevel? LogLevel { get; init; }
    public bool? ApiLogging { get; init; }

    /// <summary>Reads all fields that need no other file; mistakes are reported on the fields.</summary>
    public static SharedFields Read(YamlMap map, IReadOnlyList<string> resources, string? config, string? runtimePath) =>
        new()
        {
            Resources = resources,
            Config = config,
            RuntimePath = runtimePath,
            AppProtocol = Protocol(map),
            ListenAddresses = Text(map, "apiListenAddresses"),
            MaxConcurrency = Number(map, "appMaxConcurrency"),
            AppSsl = Flag(map, "appSSL"),
            MaxBodySize = Size(map),
            HealthCheck = Flag(map, "enableAppHealthCheck"),
            HealthPath = Text(map, "appHealthCheckPath"),
            HealthInterval = Number(map, "appHealthProbeInterval"),
            HealthTimeout = Number(map, "appHealthProbeTimeout"),
            HealthThreshold = Number(map, "appHealthThreshold"),
            Env = map.TextMap("env"),
            AppLog = LogOf(map),
            LogLevel = LevelOf(map),
            ApiLogging = Flag(map, "enableApiLogging"),
        };

    /// <summary>
    /// An app's own field wins; <c>.dapr/resources</c> and <c>.dapr/config.yaml</c> of its folder come before the common ones, and those of
    /// <see cref="DaprHome"/> last.
    /// </summary>
    public SharedFields Over(SharedFields common, string directory, Func<string, string, string> locate)
    {
        var ownResources = locate(".dapr/resources", directory);
        var ownConfig = locate(".dapr/config.yaml", directory);
        var runtimePath = RuntimePath ?? common.RuntimePath;
        var home = DaprHome.At(runtimePath);
        return new SharedFields
        {
            Resources =
                Resources.Count > 0 ? Resources
                : Directory.Exists(ownResources) ? [ownResources]
                : common.Resources.Count > 0 ? common.Resources
                : home.Resources,
            Config = Config ?? (File.Exists(ownConfig) ? ownConfig : common.Config ?? home.Configuration),
            RuntimePath = runtimePath,
            AppProtocol = AppProtocol ?? common.AppProtocol,
            ListenAddresses = ListenAddresses ?? common.ListenAddresses,
            MaxConcurrency = MaxConcurrency ?? common.MaxConcurrency,
            AppSsl = AppSsl ?? common.AppSsl,
            MaxBodySize = MaxBodySize ?? common.MaxBodySize,
            HealthCheck = HealthCheck ?? common.HealthCheck,
            HealthPath = HealthPath ?? common.HealthPath,
            HealthInterval = HealthInterval ?? common.HealthInterval,
            HealthTimeout = HealthTimeout ?? common.HealthTimeout,
            HealthThreshold = HealthThreshold ?? common.HealthThreshold,
            Env = common
                .Env.Concat(Env)
                .GroupBy(item => item.Key)
                .ToDictionary(items => items.Key, items => items.Last().Value, StringComparer.Ordinal),
            AppLog = AppLog ?? common.AppLog,
            LogLevel = LogLevel ?? common.LogLevel,
            ApiLogging = ApiLogging ?? common.ApiLogging,
        };
    }

    private static string? Text(YamlMap map, string key) => map.Text(key) is { Length: > 0 } text ? text : null;

    private static int? Number(YamlMap map, string key) => map.Number(key) is not 0 and var number ? number : null;

    private static bool? Flag(YamlMap map, string key) => map.Flag(key) is true ? true : null;

    private static string? Protocol(YamlMap map)
    {
        if (Text(map, "appProtocol") is not { } text)
        {
            return null;
        }
        var protocol = AppProtocols.Parse(text);
        if (protocol is null)
        {
            map.Report("appProtocol", $"'appProtocol' must be {AppProtocols.Known}, not '{text}'");
        }
        return protocol;
    }

    private static long? Size(YamlMap map)
    {
        if (map.Text("maxBodySize") is not { Length: > 0 } text)
        {
            return null;
        }
        if (AppOptions.TryReadBodySize(text, out var bytes))
        {
            return bytes;
        }
        map.Report("maxBodySize", $"'maxBodySize' must be a quantity such as 4Mi, not '{text}'");
        return null;
    }

    private static LogLevel? LevelOf(YamlMap map)
    {
        if (map.Text("logLevel") is not { Length: > 0 } name)
        {
            return null;
        }
        if (!LogLevels.Known.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            map.Report("logLevel", $"'logLevel' must be {string.Join(", ", LogLevels.Known)}, not '{name}'");
        }
        return LogLevels.Parse(name);
    }

    private static LogDestination? LogOf(YamlMap map)
    {
        switch (map.Text("appLogDestination"))
        {
            case null or "":
                return null;
            case "console":
                return LogDestination.Console;
            case "file":
                return LogDestination.File;
            case "fileAndConsole":
                return LogDestination.FileAndConsole;
            case var other:
                map.Report(
                    "appLogDestination",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"'appLogDestination' must be console, file or fileAndConsole, not '{other}'"
                    )
                );
                return null;
        }
    }
}
