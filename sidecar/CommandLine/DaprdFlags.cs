using System.Globalization;
using Sidecar.Go;

namespace Sidecar.CommandLine;

/// <summary>The flags of daprd in a command line. Of a flag that is given several times the last value counts, except for lists.</summary>
internal sealed class DaprdFlags
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

    private static readonly HashSet<string> WithoutEffect = new(StringComparer.Ordinal)
    {
        "mode",
        "placement-host-address",
        "scheduler-host-address",
        "scheduler-job-streams",
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
    };

    private static readonly HashSet<string> WithoutValue = new(StringComparer.Ordinal)
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

    private readonly Dictionary<string, List<string>> values = new(StringComparer.Ordinal);

    private DaprdFlags() { }

    /// <summary>The given flags that have no effect here.</summary>
    public IEnumerable<string> Ignored => values.Keys.Where(WithoutEffect.Contains);

    /// <exception cref="FormatException">A flag is unknown, or lacks its value.</exception>
    public static DaprdFlags Parse(IReadOnlyList<string> arguments)
    {
        var flags = new DaprdFlags();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var name = argument.TrimStart('-');
            if (name == argument)
            {
                throw new FormatException($"'{argument}' is no flag; flags start with --");
            }
            string? value = null;
            if (name.IndexOf('=') is > 0 and var at)
            {
                (name, value) = (name[..at], name[(at + 1)..]);
            }
            if (!Used.Contains(name) && !WithoutEffect.Contains(name))
            {
                throw new FormatException($"unknown flag: --{name}");
            }
            value ??=
                WithoutValue.Contains(name) ? "true"
                : i + 1 < arguments.Count ? arguments[++i]
                : throw new FormatException($"flag needs an argument: --{name}");
            flags.Add(name, value);
        }
        return flags;
    }

    public bool Has(string name) => values.ContainsKey(name);

    public string? Text(string name) => values.TryGetValue(name, out var given) ? given[^1] : null;

    /// <summary>The parts of a value that lists items, separated by commas.</summary>
    public IReadOnlyList<string> List(string name, string fallback = "") =>
        (Text(name) ?? fallback).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The paths of all values, absolute.</summary>
    public IReadOnlyList<string> Paths(string name) =>
        values.TryGetValue(name, out var given)
            ? [.. given.SelectMany(item => item.Split(',', StringSplitOptions.RemoveEmptyEntries)).Select(Path.GetFullPath)]
            : [];

    /// <exception cref="FormatException">The value is no whole number.</exception>
    public int Number(string name, int fallback) =>
        Text(name) is not { Length: > 0 } text ? fallback
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"--{name} must be a whole number, not '{text}'");

    /// <summary>Like <see cref="Number"/>; zero and less mean the default, as in daprd.</summary>
    public int PositiveNumber(string name, int fallback) => Number(name, fallback) is > 0 and var number ? number : fallback;

    /// <exception cref="FormatException">The value is no duration.</exception>
    public TimeSpan? Duration(string name) =>
        Text(name) is not { Length: > 0 } text ? null
        : GoDuration.TryParse(text, out var duration) ? duration
        : throw new FormatException($"--{name} must be a duration such as 30s, not '{text}'");

    public bool IsTrue(string name, bool fallback = false) =>
        Text(name) is { } text ? text is "true" or "1" or "t" or "T" or "TRUE" or "True" : fallback;

    private void Add(string name, string value)
    {
        if (!values.TryGetValue(name, out var list))
        {
            values[name] = list = [];
        }
        list.Add(value);
    }
}
