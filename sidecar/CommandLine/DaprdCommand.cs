using System.Globalization;
using Sidecar.Api;
using Sidecar.Apps;
using Sidecar.Go;
using Sidecar.Hosting;
using Sidecar.Logging;
using Sidecar.Reloading;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>
/// <c>sidecar daprd</c>: accepts daprd's flags, so that tools can start this program instead of daprd. A flag without effect here is
/// accepted and reported as ignored; a flag unknown to daprd is refused by name.
/// </summary>
internal static class DaprdCommand
{
    private static readonly HashSet<string> Used = new(StringComparer.Ordinal)
    {
        "app-id",
        "app-port",
        "app-protocol",
        "app-channel-address",
        "app-ssl",
        "app-max-concurrency",
        "dapr-http-port",
        "dapr-grpc-port",
        "dapr-internal-grpc-port",
        "dapr-public-port",
        "dapr-listen-addresses",
        "resources-path",
        "components-path",
        "config",
        "log-level",
        "max-body-size",
        "dapr-http-max-request-size",
        "enable-app-health-check",
        "app-health-check-path",
        "app-health-probe-interval",
        "app-health-probe-timeout",
        "app-health-threshold",
        "metrics-port",
        "enable-metrics",
        "allowed-origins",
        "version",
        "dapr-graceful-shutdown-seconds",
        "dapr-block-shutdown-duration",
        "disable-init-endpoints",
        "enable-api-logging",
        "log-as-json",
        "app-binding-options-timeout",
        "hot-reload-reconcile-interval",
        "strict",
    };

    private static readonly HashSet<string> Ignored = new(StringComparer.Ordinal)
    {
        "mode",
        "placement-host-address",
        "scheduler-host-address",
        "sentry-address",
        "control-plane-address",
        "control-plane-trust-domain",
        "control-plane-namespace",
        "sentry-request-jwt-audiences",
        "enable-mtls",
        "enable-profiling",
        "profile-port",
        "build-info",
        "wait",
        "read-buffer-size",
        "dapr-http-read-buffer-size",
        "unix-domain-socket",
        "disable-builtin-k8s-secret-store",
        "actors-disseminate-timeout",
        "reminders-service",
        "actors-service",
        "metrics-listen-address",
        "dapr-public-listen-address",
        "dapr-internal-grpc-listen-address",
        "scheduler-job-stream-api-concurrency",
        "kubernetes-namespace",
    };

    private static readonly HashSet<string> Flags = new(StringComparer.Ordinal)
    {
        "app-ssl",
        "enable-app-health-check",
        "enable-metrics",
        "version",
        "enable-mtls",
        "enable-profiling",
        "build-info",
        "wait",
        "enable-api-logging",
        "disable-builtin-k8s-secret-store",
        "log-as-json",
        "strict",
    };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, DaprdHost host, CancellationToken cancellation)
    {
        if (!TryParse(arguments, out var values, out var error))
        {
            await host.Error.WriteLineAsync(error);
            return 2;
        }
        if (values.ContainsKey("version"))
        {
            await host.Output.WriteLineAsync(RuntimeVersion.Value);
            return 0;
        }
        string? Last(string name) => values.TryGetValue(name, out var given) ? given[^1] : null;
        if (Last("app-id") is not { Length: > 0 } appId)
        {
            await host.Error.WriteLineAsync("app-id is missing: --app-id names the app this sidecar is for");
            return 2;
        }
        if (appId.Contains('.', StringComparison.Ordinal))
        {
            await host.Error.WriteLineAsync($"parameter app-id cannot contain dots: '{appId}'; a dot separates an app from its namespace");
            return 1;
        }
        AppOptions options;
        TimeSpan? block;
        TimeSpan reconcile;
        try
        {
            options = Options(appId, values, Last) with { WorkingDirectory = host.WorkingDirectory };
            block = Duration("dapr-block-shutdown-duration", Last);
            reconcile =
                Duration("hot-reload-reconcile-interval", Last) is { } given && given > TimeSpan.Zero ? given : HotReload.DefaultInterval;
        }
        catch (FormatException e)
        {
            await host.Error.WriteLineAsync(e.Message);
            return 2;
        }
        var log = new DaprdLog(appId, RuntimeVersion.Value, IsTrue(Last("log-as-json")), TimeProvider.System, host.Output);
        foreach (var name in values.Keys.Where(Ignored.Contains))
        {
            log.Write(LogLevel.Information, $"flag --{name} has no meaning for the embedded sidecar and is ignored");
        }
        var level = LogLevels.Parse(Last("log-level") ?? "info");
        using var reloads = new ReloadSignal();
        while (true)
        {
            var reloadRequested = reloads.Next();
            var begun = TimeProvider.System.GetTimestamp();
            SidecarServer server;
            try
            {
                server = await SidecarServer.StartAsync(
                    new ServerOptions([options], Strict: IsTrue(Last("strict")), level, host.OwnsProcess, host.RegistryFolder),
                    logging => host.Log(logging, log),
                    cancellation
                );
            }
            catch (InvalidConfigurationException e)
            {
                var isConfiguration = options.ConfigPaths.Contains(e.Problems[0].File);
                FatalError.Write(log, isConfiguration ? "error loading configuration" : "failed to load components", e.Problems);
                return 1;
            }
            StartReport.Write(server.Sidecars[0], log, begun);
            var resources = server.FollowResources(server.Sidecars[0], reconcile);
            if (
                await DaprdShutdown.AwaitAsync(
                    server,
                    options,
                    block,
                    resources,
                    log,
                    TimeProvider.System,
                    reloadRequested,
                    cancellation
                ) is
                { } code
            )
            {
                return code;
            }
        }
    }

    private static TimeSpan? Duration(string name, Func<string, string?> last) =>
        last(name) is not { Length: > 0 } text ? null
        : GoDuration.TryParse(text, out var duration) ? duration
        : throw new FormatException($"--{name} must be a duration such as 30s, not '{text}'");

    private static AppOptions Options(string appId, Dictionary<string, List<string>> values, Func<string, string?> last) =>
        new()
        {
            AppId = appId,
            AppPort = Number(last, "app-port", 0),
            AppProtocol = IsTrue(last("app-ssl"))
                ? (last("app-protocol") ?? "http") switch
                {
                    "grpc" => "grpcs",
                    "http" => "https",
                    var other => other,
                }
                : last("app-protocol") ?? "http",
            AppChannelAddress = last("app-channel-address") ?? "127.0.0.1",
            HttpPort = Number(last, "dapr-http-port", 3500),
            GrpcPort = Number(last, "dapr-grpc-port", 50001),
            InternalGrpcPort = Number(last, "dapr-internal-grpc-port", 0),
            PublicPort = Number(last, "dapr-public-port", 0),
            MetricsPort =
                IsTrue(last("enable-metrics") ?? "true") && last("metrics-port") is not null ? Number(last, "metrics-port", 0) : 0,
            ListenAddresses =
            [
                .. (last("dapr-listen-addresses") ?? "localhost").Split(
                    ',',
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
                ),
            ],
            ResourcesPaths = [.. Many(values, "resources-path").Concat(Many(values, "components-path"))],
            ConfigPaths = [.. Many(values, "config")],
            MaxConcurrency = Number(last, "app-max-concurrency", -1),
            MaxBodySize = last("max-body-size") is { } size
                ? ByteSize.TryParse(size, out var bytes)
                    ? bytes
                    : throw new FormatException($"--max-body-size must be a quantity such as 4Mi, not '{size}'")
                : (long)Number(last, "dapr-http-max-request-size", 4) << 20,
            ApiLogging = last("enable-api-logging") is { } wanted ? IsTrue(wanted) : null,
            BindingOptionsTimeout =
                Duration("app-binding-options-timeout", last) is { } longest && longest > TimeSpan.Zero ? longest : TimeSpan.FromSeconds(3),
            AppHealthCheck = IsTrue(last("enable-app-health-check")),
            AppHealthCheckPath = "/" + (last("app-health-check-path") ?? "healthz").TrimStart('/'),
            // Zero and less mean the default, as in daprd.
            AppHealthProbeInterval = TimeSpan.FromSeconds(
                Number(last, "app-health-probe-interval", 5) is > 0 and var interval ? interval : 5
            ),
            AppHealthProbeTimeout = TimeSpan.FromMilliseconds(
                Number(last, "app-health-probe-timeout", 500) is > 0 and var timeout ? timeout : 500
            ),
            AppHealthThreshold = Number(last, "app-health-threshold", 3) is > 0 and var threshold ? threshold : 3,
            GracefulShutdown = TimeSpan.FromSeconds(Number(last, "dapr-graceful-shutdown-seconds", 5) is > 0 and var grace ? grace : 5),
            DisabledInitEndpoints =
            [
                .. (last("disable-init-endpoints") ?? "").Split(
                    ',',
                    StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries
                ),
            ],
            AllowedOrigins =
            [
                .. (last("allowed-origins") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            ],
            ApiToken = Environment.GetEnvironmentVariable("DAPR_API_TOKEN") is { Length: > 0 } api ? api : null,
            AppApiToken = Environment.GetEnvironmentVariable("APP_API_TOKEN") is { Length: > 0 } app ? app : null,
        };

    private static bool TryParse(IReadOnlyList<string> arguments, out Dictionary<string, List<string>> values, out string error)
    {
        values = new(StringComparer.Ordinal);
        error = "";
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var name = argument.TrimStart('-');
            if (name == argument)
            {
                error = $"'{argument}' is no flag; flags start with --";
                return false;
            }
            string? value = null;
            if (name.IndexOf('=') is > 0 and var at)
            {
                (name, value) = (name[..at], name[(at + 1)..]);
            }
            if (!Used.Contains(name) && !Ignored.Contains(name))
            {
                error = $"unknown flag: --{name}";
                return false;
            }
            if (value is null)
            {
                if (Flags.Contains(name))
                {
                    value = "true";
                }
                else if (i + 1 < arguments.Count)
                {
                    value = arguments[++i];
                }
                else
                {
                    error = $"flag needs an argument: --{name}";
                    return false;
                }
            }
            if (!values.TryGetValue(name, out var list))
            {
                values[name] = list = [];
            }
            list.Add(value);
        }
        return true;
    }

    private static IEnumerable<string> Many(Dictionary<string, List<string>> values, string name) =>
        values.TryGetValue(name, out var list)
            ? list.SelectMany(item => item.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(Path.GetFullPath)
            : [];

    private static int Number(Func<string, string?> last, string name, int fallback) =>
        last(name) is not { Length: > 0 } text ? fallback
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"--{name} must be a whole number, not '{text}'");

    private static bool IsTrue(string? text) => text is "true" or "1" or "t" or "T" or "TRUE" or "True";
}
