using Sidecar.Apps;

namespace Sidecar.Hosting;

/// <summary>
/// The queries to a starting app, <c>config</c> and <c>subscribe</c>, of which <c>--disable-init-endpoints</c> leaves some out.
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
