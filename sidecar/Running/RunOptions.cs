namespace Sidecar.Running;

/// <summary>The options of a run.</summary>
/// <param name="TemplateFile">Null for one app that flags describe.</param>
internal sealed record RunOptions(
    string BaseDirectory,
    bool Restart,
    bool Strict,
    LogLevel LogLevel,
    string? TemplateFile = null,
    string? TemplateName = null
);
