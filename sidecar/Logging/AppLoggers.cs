namespace Sidecar.Logging;

/// <summary>The loggers of one app's sidecar: several sidecars share a process, each with its own log level.</summary>
internal sealed class AppLoggers(ILoggerFactory shared, LogLevel least) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new LevelFilter(shared.CreateLogger(categoryName), least);

    public void AddProvider(ILoggerProvider provider) => shared.AddProvider(provider);

    /// <summary>The shared log stays open.</summary>
    public void Dispose() { }

    private sealed class LevelFilter(ILogger inner, LogLevel least) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= least && inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
            }
        }
    }
}
