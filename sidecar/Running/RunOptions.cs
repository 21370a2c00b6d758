namespace Sidecar.Running;

/// <summary>The options of a run.</summary>
internal sealed record RunOptions(string BaseDirectory, bool Restart, bool Strict, LogLevel LogLevel);
