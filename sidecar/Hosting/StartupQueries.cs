using Sidecar.Apps;

namespace Sidecar.Hosting;

/// <summary>
/// The questions to a starting app, of which <c>--disable-init-endpoints</c> leaves some out: <c>config</c> and <c>subscribe</c>.
/// </summary>
internal sealed partial class StartupQueries(AppOptions options, ILogger logger)
{
    public bool Skips(string question)
    {
        if (!options.DisabledInitEndpoints.Contains(question))
        {
            return false;
        }
        LogSkipped(question == "config" ? "dapr configuration" : "subscription");
        return true;
    }

    [LoggerMessage(1004, LogLevel.Warning, "Skipping programmatic {Question} loading (see flag 'disable-init-endpoints')")]
    private partial void LogSkipped(string question);
}
