using Sidecar.Apps;
using Sidecar.Yaml;

namespace Sidecar.Running;

/// <summary>The destination of a process's output. Source: Dapr docs, "Multi-App Run template file".</summary>
internal enum LogDestination
{
    Console,
    File,
    FileAndConsole,
}

/// <summary>One app of a run: its sidecar, and its command. An empty <paramref name="Command"/> starts a sidecar only.</summary>
internal sealed record RunApp(
    AppOptions Options,
    string Directory,
    IReadOnlyList<string> Command,
    IReadOnlyDictionary<string, string> Environment,
    LogDestination AppLog,
    int Line
);

/// <summary>A multi-app run template (<c>dapr.yaml</c>), as the Dapr CLI reads it.</summary>
/// <param name="Folder">The folder of the file.</param>
internal sealed record RunTemplate(string Folder, string? Name, IReadOnlyList<RunApp> Apps, IReadOnlyList<YamlProblem> Warnings);
