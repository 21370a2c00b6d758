namespace ServiceDefaults.Startup;

/// <summary>
/// Work to be done once the sidecar answers and before the app counts as well. Must be idempotent: it runs at every start.
/// </summary>
public interface IStartupTask
{
    Task RunAsync(CancellationToken cancellation);
}
