using System.Security.Cryptography;
using Sidecar.Apps;
using Sidecar.Hosting;
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
)
{
    /// <summary>
    /// Adds a metrics port, as Dapr's CLI chooses one, and the tokens. A sidecar requires a token if the template or the environment names
    /// one. An app with a command always gets its own app token, which its sidecar sends: an app that checks it accepts no other caller.
    /// </summary>
    public RunApp Completed()
    {
        string? Given(string name) => Environment.GetValueOrDefault(name) ?? System.Environment.GetEnvironmentVariable(name);
        var appToken = Given("APP_API_TOKEN") ?? (Command.Count > 0 ? Convert.ToHexString(RandomNumberGenerator.GetBytes(16)) : null);
        return this with
        {
            Options = Options with
            {
                WorkingDirectory = Directory,
                MetricsPort = Options.MetricsPort > 0 ? Options.MetricsPort : FreePort.Take(),
                ApiToken = Empty(Given("DAPR_API_TOKEN")),
                AppApiToken = Empty(appToken),
            },
        };
    }

    private static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}

/// <summary>A multi-app run template (<c>dapr.yaml</c>), as the Dapr CLI reads it.</summary>
/// <param name="Folder">The folder of the file.</param>
/// <param name="File">Null for one app that flags describe.</param>
internal sealed record RunTemplate(
    string Folder,
    string? File,
    string? Name,
    IReadOnlyList<RunApp> Apps,
    IReadOnlyList<YamlProblem> Warnings
);
