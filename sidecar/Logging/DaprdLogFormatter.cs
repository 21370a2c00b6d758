using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Sidecar.Logging;

/// <summary>Formats log entries as lines of <see cref="DaprdLog"/>.</summary>
internal sealed class DaprdLogFormatter(DaprdLog log) : ConsoleFormatter(FormatterName)
{
    public const string FormatterName = "daprd";

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var call = logEntry.State as ApiCall;
        var fields = call?.Fields ?? (logEntry.Exception is { } exception ? [new("error", exception)] : []);
        textWriter.WriteLine(
            log.Line(logEntry.LogLevel, logEntry.Category, call?.Message ?? logEntry.Formatter(logEntry.State, logEntry.Exception), fields)
        );
    }
}
