using Sidecar.Go;

namespace Sidecar.Apps;

/// <summary>Options of one app and its sidecar, from daprd's flags or a run template. Port 0 means any free port.</summary>
internal sealed record AppOptions
{
    public required string AppId { get; init; }

    /// <summary>
    /// Relative paths in components and in the Configuration count from here: <c>dapr run -f</c> starts each daprd in its app's folder.
    /// </summary>
    public string WorkingDirectory { get; init; } = Directory.GetCurrentDirectory();
    public int AppPort { get; init; }
    public string AppProtocol { get; init; } = "http";
    public string AppChannelAddress { get; init; } = "127.0.0.1";
    public int HttpPort { get; init; }
    public int GrpcPort { get; init; }
    public int InternalGrpcPort { get; init; }
    public int MetricsPort { get; init; }
    public int PublicPort { get; init; }
    public IReadOnlyList<string> ListenAddresses { get; init; } = ["127.0.0.1"];
    public IReadOnlyList<string> ResourcesPaths { get; init; } = [];
    public IReadOnlyList<string> ConfigPaths { get; init; } = [];
    public int MaxConcurrency { get; init; } = -1;
    public const long DefaultMaxBodySize = 4 << 20;

    public long MaxBodySize { get; init; } = DefaultMaxBodySize;
    public bool AppHealthCheck { get; init; }
    public string AppHealthCheckPath { get; init; } = "/healthz";
    public TimeSpan AppHealthProbeInterval { get; init; } = TimeSpan.FromSeconds(5);
    public TimeSpan AppHealthProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);
    public int AppHealthThreshold { get; init; } = 3;

    /// <summary>The time that running requests get when the sidecar stops.</summary>
    public TimeSpan GracefulShutdown { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The startup queries to leave out: <c>config</c>, <c>subscribe</c>.</summary>
    public IReadOnlyList<string> DisabledInitEndpoints { get; init; } = [];

    /// <summary>The time limit for the app's answer to whether it handles an input binding.</summary>
    public TimeSpan BindingOptionsTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>True to log calls of the API; null to use the Configuration's value.</summary>
    public bool? ApiLogging { get; init; }

    /// <summary>The log level of the app's sidecar; null to use the process's.</summary>
    public LogLevel? LogLevel { get; init; }

    /// <summary>Web origins whose pages may call the HTTP API; empty for no CORS headers, <c>*</c> for any origin.</summary>
    public IReadOnlyList<string> AllowedOrigins { get; init; } = [];

    /// <summary>The token that callers of this sidecar must send; null for none.</summary>
    public string? ApiToken { get; init; }

    /// <summary>The token that this sidecar sends to its app.</summary>
    public string? AppApiToken { get; init; }

    public bool AppIsGrpc => AppProtocol is "grpc" or "grpcs";

    /// <summary>True if the app's channel uses TLS.</summary>
    public bool AppIsTls => AppProtocol is "https" or "grpcs";

    /// <summary>True for HTTP/2 without TLS, the protocol of <c>h2c</c> and <c>grpc</c> apps.</summary>
    public bool AppIsHttp2 => AppProtocol is "h2c" or "grpc" or "grpcs";

    public Uri AppAddress => new($"{(AppIsTls ? "https" : "http")}://{AppChannelAddress}:{AppPort}");

    /// <summary>Reads a size such as <c>4Mi</c>. A negative one is the default, as in daprd.</summary>
    public static bool TryReadBodySize(string text, out long bytes)
    {
        if (!text.StartsWith('-'))
        {
            return ByteSize.TryParse(text, out bytes);
        }
        bytes = DefaultMaxBodySize;
        return ByteSize.TryParse(text[1..], out _);
    }

    /// <summary>The reason for which the start is refused, as by daprd; null if there is none.</summary>
    public string? Problem =>
        AppPort > 0 && AppPort == HttpPort ? $"port {AppPort} is both the app's and the sidecar's HTTP port; give one of them another one"
        : AppPort > 0 && AppPort == GrpcPort ? $"port {AppPort} is both the app's and the sidecar's gRPC port; give one of them another one"
        : DisabledInitEndpoints.FirstOrDefault(endpoint => endpoint is not ("config" or "subscribe")) is { } unknown
            ? $"disable-init-endpoints can be config and subscribe, not '{unknown}'"
        : AppHealthProbeTimeout > AppHealthProbeInterval
            ? $"the time-out of a health probe ({AppHealthProbeTimeout}) must not be longer than the interval ({AppHealthProbeInterval})"
        : null;
}
