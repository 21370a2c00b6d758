using System.CommandLine;
using Sidecar.Apps;
using Sidecar.Running;
using Sidecar.Yaml;

namespace Sidecar.CommandLine;

/// <summary>
/// The flags of <c>sidecar run</c> for one app. Names, short forms and defaults: <c>dapr run</c> of the Dapr CLI 1.18; −1 means the
/// default.
/// </summary>
internal sealed class SingleAppFlags
{
    private static readonly AppOptions Default = new() { AppId = "" };

    private readonly Option<string> appId = new("--app-id", "-a") { Description = "The id of the one app to run; a random one by default" };
    private readonly Option<int> appPort = new("--app-port", "-p") { Description = "The port the app listens on" };
    private readonly Option<string> appProtocol = new("--app-protocol", "-P")
    {
        Description = AppProtocols.Known,
        DefaultValueFactory = _ => "http",
    };
    private readonly Option<bool> appSsl = new("--app-ssl") { Description = "Deprecated; use --app-protocol https or grpcs" };
    private readonly Option<string> appChannelAddress = new("--app-channel-address")
    {
        Description = "The network address the app listens on",
        DefaultValueFactory = _ => "127.0.0.1",
    };
    private readonly Option<int> appMaxConcurrency = new("--app-max-concurrency")
    {
        Description = "The number of requests the app gets at a time; no limit by default",
        DefaultValueFactory = _ => -1,
    };
    private readonly Option<int> httpPort = new("--dapr-http-port", "-H")
    {
        Description = "The HTTP port of the sidecar; any free one by default",
    };
    private readonly Option<int> grpcPort = new("--dapr-grpc-port", "-G")
    {
        Description = "The gRPC port of the sidecar; any free one by default",
    };
    private readonly Option<int> internalGrpcPort = new("--dapr-internal-grpc-port", "-I")
    {
        Description = "The port for other sidecars; any free one by default",
    };
    private readonly Option<int> metricsPort = new("--metrics-port", "-M")
    {
        Description = "The port of the metrics; any free one by default",
    };
    private readonly Option<string> listenAddresses = new("--dapr-listen-addresses")
    {
        Description = "The IP addresses the sidecar listens on, separated by commas",
        DefaultValueFactory = _ => "localhost",
    };
    private readonly Option<string[]> resourcesPath = new("--resources-path", "-d", "--components-path")
    {
        Description = "Folders of resources, separated by commas; may be given several times; that of dapr init by default",
    };
    private readonly Option<string> config = new("--config", "-c") { Description = "A Configuration file; that of dapr init by default" };
    private readonly Option<string> runtimePath = new("--runtime-path")
    {
        Description = "The folder in which dapr init has made its folder .dapr; the user's home by default",
    };
    private readonly Option<string> maxBodySize = new("--max-body-size") { Description = "The largest body of a request, such as 4Mi" };
    private readonly Option<bool> apiLogging = new("--enable-api-logging") { Description = "Log calls of the API" };
    private readonly Option<bool> healthCheck = new("--enable-app-health-check") { Description = "Check the health of the app" };
    private readonly Option<string> healthPath = new("--app-health-check-path")
    {
        Description = "The path of the check; /healthz by default",
    };
    private readonly Option<int> healthInterval = new("--app-health-probe-interval") { Description = "Seconds between two checks" };
    private readonly Option<int> healthTimeout = new("--app-health-probe-timeout") { Description = "Milliseconds for the app's answer" };
    private readonly Option<int> healthThreshold = new("--app-health-threshold")
    {
        Description = "The number of failed checks after which the app is unhealthy",
    };

    /// <summary>They concern parts that the embedded sidecar does not have.</summary>
    private readonly IReadOnlyList<Option> withoutEffect =
    [
        new Option<string>("--placement-host-address"),
        new Option<string>("--scheduler-host-address"),
        new Option<string>("--unix-domain-socket", "-u"),
        new Option<string>("--read-buffer-size"),
        new Option<int>("--profile-port"),
        new Option<bool>("--enable-profiling"),
        new Option<bool>("--log-as-json"),
    ];

    private Option[] OfOneApp =>
        [
            appId,
            appPort,
            appProtocol,
            appSsl,
            appChannelAddress,
            appMaxConcurrency,
            httpPort,
            grpcPort,
            internalGrpcPort,
            metricsPort,
            listenAddresses,
            resourcesPath,
            config,
            maxBodySize,
            apiLogging,
            healthCheck,
            healthPath,
            healthInterval,
            healthTimeout,
            healthThreshold,
        ];

    public void AddTo(Command command)
    {
        foreach (var option in (IEnumerable<Option>)[.. OfOneApp, runtimePath, .. withoutEffect])
        {
            option.Hidden = option == appSsl || withoutEffect.Contains(option);
            command.Options.Add(option);
        }
    }

    /// <summary>The names of the given flags that describe an app. Together with a run template they have no effect.</summary>
    public IEnumerable<string> GivenIn(ParseResult result) => NamesOf(OfOneApp, result);

    /// <summary>The names of the given flags that have no effect here.</summary>
    public IEnumerable<string> IgnoredOf(ParseResult result) => NamesOf(withoutEffect, result);

    /// <exception cref="InvalidConfigurationException">A value that its flag does not accept.</exception>
    public AppOptions Read(ParseResult result)
    {
        var home = DaprHome.At(result.GetValue(runtimePath));
        var options = new AppOptions
        {
            AppId = result.GetValue(appId) is { Length: > 0 } id ? id : $"app-{Guid.NewGuid().ToString("N")[..8]}",
            AppPort = Math.Max(0, result.GetValue(appPort)),
            AppProtocol = ProtocolOf(result.GetValue(appProtocol)!, result.GetValue(appSsl)),
            AppChannelAddress = result.GetValue(appChannelAddress)!,
            MaxConcurrency = result.GetValue(appMaxConcurrency),
            HttpPort = Math.Max(0, result.GetValue(httpPort)),
            GrpcPort = Math.Max(0, result.GetValue(grpcPort)),
            InternalGrpcPort = Math.Max(0, result.GetValue(internalGrpcPort)),
            MetricsPort = Math.Max(0, result.GetValue(metricsPort)),
            ListenAddresses =
            [
                .. result.GetValue(listenAddresses)!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            ],
            ResourcesPaths = result.GetValue(resourcesPath) is { Length: > 0 } paths
                ? [.. paths.SelectMany(path => path.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(Path.GetFullPath)]
                : home.Resources,
            ConfigPaths = (result.GetValue(config) ?? home.Configuration) is { } file ? [Path.GetFullPath(file)] : [],
            MaxBodySize = SizeOf(result.GetValue(maxBodySize)),
            ApiLogging = result.GetValue(apiLogging) ? true : null,
            AppHealthCheck = result.GetValue(healthCheck),
            AppHealthCheckPath = "/" + (result.GetValue(healthPath) ?? Default.AppHealthCheckPath).TrimStart('/'),
            AppHealthProbeInterval = result.GetValue(healthInterval) is > 0 and var seconds
                ? TimeSpan.FromSeconds(seconds)
                : Default.AppHealthProbeInterval,
            AppHealthProbeTimeout = result.GetValue(healthTimeout) is > 0 and var milliseconds
                ? TimeSpan.FromMilliseconds(milliseconds)
                : Default.AppHealthProbeTimeout,
            AppHealthThreshold = result.GetValue(healthThreshold) is > 0 and var failures ? failures : Default.AppHealthThreshold,
        };
        return options.Problem is { } problem ? throw new InvalidConfigurationException("flags", 0, problem) : options;
    }

    private static IEnumerable<string> NamesOf(IEnumerable<Option> options, ParseResult result) =>
        options.Where(option => result.GetResult(option) is { Implicit: false }).Select(option => option.Name);

    private static string ProtocolOf(string name, bool tls) =>
        AppProtocols.Parse(name, tls)
        ?? throw new InvalidConfigurationException("--app-protocol", 0, $"{AppProtocols.Known} is needed, not '{name}'");

    private static long SizeOf(string? size) =>
        size is null ? AppOptions.DefaultMaxBodySize
        : AppOptions.TryReadBodySize(size, out var bytes) ? bytes
        : throw new InvalidConfigurationException("--max-body-size", 0, $"a size such as 4Mi is needed, not '{size}'");
}
