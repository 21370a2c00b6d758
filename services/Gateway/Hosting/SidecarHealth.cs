using Dapr.Client;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Gateway.Hosting;

/// <summary>
/// Unhealthy while the gateway's sidecar does not answer: then no request can be served, although the gateway itself runs. Asks at most
/// once a second, however often the probe comes.
/// </summary>
internal sealed class SidecarHealth(DaprClient dapr, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim one = new(1);
    private DateTimeOffset until;
    private bool healthy;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        await one.WaitAsync(cancellationToken);
        try
        {
            if (time.GetUtcNow() >= until)
            {
                healthy = await FetchAsync(cancellationToken);
                until = time.GetUtcNow() + Lifetime;
            }
        }
        finally
        {
            one.Release();
        }
        return healthy ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("the sidecar does not answer");
    }

    private async Task<bool> FetchAsync(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(MaxWait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            return await dapr.CheckOutboundHealthAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
