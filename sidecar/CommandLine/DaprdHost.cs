using Microsoft.Extensions.Logging.Console;
using Sidecar.Logging;

namespace Sidecar.CommandLine;

/// <summary>
/// What <c>sidecar daprd</c> takes from whoever runs it: a process of its own, or a test that runs it beside others in one process.
/// </summary>
/// <param name="Log">Adds the provider that writes what loggers say.</param>
/// <param name="RegistryFolder">As in <see cref="Hosting.ServerOptions"/>.</param>
/// <param name="OwnsProcess">A forced shutdown may end the process on the spot.</param>
internal sealed record DaprdHost(
    TextWriter Output, TextWriter Error, string WorkingDirectory, Action<ILoggingBuilder, DaprdLog> Log, string? RegistryFolder, bool OwnsProcess)
{
    public static DaprdHost Process
        => new(Console.Out, Console.Error, Directory.GetCurrentDirectory(), LogToConsole, RegistryFolder: null, OwnsProcess: true);

    private static void LogToConsole(ILoggingBuilder logging, DaprdLog log)
    {
        logging.Services.AddSingleton(log);
        logging.AddConsole(console => console.FormatterName = DaprdLogFormatter.FormatterName)
            .AddConsoleFormatter<DaprdLogFormatter, ConsoleFormatterOptions>();
    }
}
