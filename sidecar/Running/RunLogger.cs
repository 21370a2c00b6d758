namespace Sidecar.Running;

/// <summary>The sidecar's own log lines, between those of the apps.</summary>
internal sealed class RunLogger(RunConsole console) : ILoggerProvider
{
    /// <summary>Events that daprd logs once. A run would print each of them once per app, so it leaves them out.</summary>
    private static readonly int[] PerApp = [1006, 1801];

    public ILogger CreateLogger(string categoryName) => new Category(console);

    public void Dispose() { }

    private sealed class Category(RunConsole console) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true; // the factory has the levels

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (PerApp.Contains(eventId.Id))
            {
                return;
            }
            var text = exception is null ? formatter(state, null) : $"{formatter(state, exception)}: {exception.Message}";
            switch (logLevel)
            {
                case >= LogLevel.Error:
                    console.Error(text);
                    break;
                case LogLevel.Warning:
                    console.Warn(text);
                    break;
                default:
                    console.Info(text);
                    break;
            }
        }
    }
}
