using Microsoft.Extensions.Logging.Console;
using Sidecar.Logging;

namespace Sidecar.CommandLine;

/// <summary>The environment of the command <c>sidecar daprd</c>: its own process, or a test process that runs several sidecars.</summary>
/// <param name="Log">Adds the logging provider.</param>
/// <param name="RegistryFolder">As in <see cref="Hosting.ServerOptions"/>.</param>
/// <param name="OwnsProcess">A forced shutdown may end the process on the spot.</param>
internal sealed record DaprdHost(
    TextWriter Output,
    TextWriter Error,
    string WorkingDirectory,
    Action<ILoggingBuilder, DaprdLog> Log,
    string? RegistryFolder,
    bool OwnsProcess
)
{
    public static DaprdHost Process =>
        new(Console.Out, Console.Error, Directory.GetCurrentDirectory(), LogToConsole, RegistryFolder: null, OwnsProcess: true);

    private static void LogToConsole(ILoggingBuilder logging, DaprdLog log)
    {
        logging.Services.AddSingleton(log);
        logging
            .AddConsole(console => console.FormatterName = DaprdLogFormatter.FormatterName)
            .AddConsoleFormatter<DaprdLogFormatter, ConsoleFormatterOptions>();
    }
}
