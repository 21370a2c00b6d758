namespace Sidecar.Logging;

/// <summary>Dapr's names of log levels.</summary>
internal static class LogLevels
{
    public static readonly string[] Known = ["debug", "info", "warn", "error", "fatal", "panic"];

    public static LogLevel Parse(string name) =>
        name.ToLowerInvariant() switch
        {
            "debug" => LogLevel.Debug,
            "warn" or "warning" => LogLevel.Warning,
            "error" or "fatal" or "panic" => LogLevel.Error,
            _ => LogLevel.Information,
        };
}
