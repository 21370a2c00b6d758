using Microsoft.Extensions.Logging;

namespace EndToEnd.Systems;

/// <summary>Writes each message as a line of the system's output.</summary>
internal sealed class LineLogger(Action<string> say) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new Category(categoryName, say);

    public void Dispose() { }

    private sealed class Category(string name, Action<string> say) : ILogger
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
        ) => say($"{logLevel} {name}[{eventId.Id}] {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
    }
}
