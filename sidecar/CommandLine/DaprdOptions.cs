using Sidecar.Apps;

namespace Sidecar.CommandLine;

/// <summary>Reads the options of a sidecar from daprd's flags, with daprd's defaults.</summary>
internal static class DaprdOptions
{
    private const int DefaultMetricsPort = 9090;

    /// <exception cref="FormatException">A value is invalid.</exception>
    public static AppOptions Read(DaprdFlags flags, string appId, string protocol) =>
        new()
        {
            AppId = appId,
            AppPort = flags.Number("app-port", 0),
            AppProtocol = protocol,
            AppChannelAddress = flags.Text("app-channel-address") ?? "127.0.0.1",
            HttpPort = flags.Number("dapr-http-port", 3500),
            GrpcPort = flags.Number("dapr-grpc-port", 50001),
            InternalGrpcPort = flags.Number("dapr-internal-grpc-port", 0),
            PublicPort = flags.Number("dapr-public-port", 0),
            MetricsPort = flags.IsTrue("enable-metrics", fallback: true) ? flags.Number("metrics-port", DefaultMetricsPort) : 0,
            ListenAddresses = flags.List("dapr-listen-addresses", "localhost"),
            ResourcesPaths = flags.Paths("resources-path") is { Count: > 0 } paths ? paths : flags.Paths("components-path"),
            ConfigPaths = flags.Paths("config"),
            MaxConcurrency = flags.Number("app-max-concurrency", -1),
            MaxBodySize = BodySizeOf(flags),
            ApiLogging = flags.Has("enable-api-logging") ? flags.IsTrue("enable-api-logging") : null,
            BindingOptionsTimeout =
                flags.Duration("app-binding-options-timeout") is { } longest && longest > TimeSpan.Zero ? longest : TimeSpan.FromSeconds(3),
            AppHealthCheck = flags.IsTrue("enable-app-health-check"),
            AppHealthCheckPath = "/" + (flags.Text("app-health-check-path") ?? "healthz").TrimStart('/'),
            AppHealthProbeInterval = TimeSpan.FromSeconds(flags.PositiveNumber("app-health-probe-interval", 5)),
            AppHealthProbeTimeout = TimeSpan.FromMilliseconds(flags.PositiveNumber("app-health-probe-timeout", 500)),
            AppHealthThreshold = flags.PositiveNumber("app-health-threshold", 3),
            GracefulShutdown = TimeSpan.FromSeconds(flags.Number("dapr-graceful-shutdown-seconds", 5) is >= 0 and var given ? given : 5),
            DisabledInitEndpoints = [.. flags.List("disable-init-endpoints").Select(endpoint => endpoint.ToLowerInvariant())],
            AllowedOrigins = flags.List("allowed-origins"),
            ApiToken = Environment.GetEnvironmentVariable("DAPR_API_TOKEN") is { Length: > 0 } api ? api : null,
            AppApiToken = Environment.GetEnvironmentVariable("APP_API_TOKEN") is { Length: > 0 } app ? app : null,
        };

    private static long BodySizeOf(DaprdFlags flags)
    {
        if (flags.Text("max-body-size") is { } size)
        {
            return AppOptions.TryReadBodySize(size, out var bytes)
                ? bytes
                : throw new FormatException($"--max-body-size must be a quantity such as 4Mi, not '{size}'");
        }
        return flags.Number("dapr-http-max-request-size", -1) is >= 0 and var megabytes
            ? (long)megabytes << 20
            : AppOptions.DefaultMaxBodySize;
    }
}
