using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sidecar.Logging;

namespace Conformance.Running;

/// <summary>Loggers that write lines as the sidecar's console does.</summary>
internal sealed class WrittenLogs(DaprdLogFormatter formatter, TextWriter output) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Written(categoryName, formatter, output);

    public void Dispose()
    {
        // the writer is its owner's
    }

    private sealed class Written(string category, DaprdLogFormatter lines, TextWriter output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Write(new LogEntry<TState>(logLevel, category, eventId, state, exception, formatter), null, output);
    }
}
