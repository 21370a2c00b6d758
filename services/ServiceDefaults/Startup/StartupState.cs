using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ServiceDefaults.Startup;

/// <summary>Unhealthy until every startup task has finished: an app that is not set up takes no work.</summary>
public sealed class StartupState : IHealthCheck
{
    private int pending;

    /// <summary>True once every startup task has finished.</summary>
    public bool IsReady => Volatile.Read(ref pending) == 0;

    public void Begin() => Interlocked.Increment(ref pending);

    public void Done() => Interlocked.Decrement(ref pending);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("startup tasks are running"));
}
