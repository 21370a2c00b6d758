using Sidecar.Loops;

namespace Sidecar.Hosting;

/// <summary>The readiness and health of a sidecar's app, and the callers that wait for it.</summary>
internal sealed class AppReadiness
{
    private readonly TaskCompletionSource healthy = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AsyncCondition unhealthy = new();

    /// <summary>
    /// True once the app listens and, unless its health is probed, its subscriptions run. It stays true if the app becomes unhealthy.
    /// </summary>
    public bool Ready { get; set; }

    /// <summary>True if the app may be called: always without health checks, otherwise while it passes them.</summary>
    public bool IsHealthy { get; set; }

    /// <summary>Completes when the app is healthy for the first time; cancelled if the sidecar stops before.</summary>
    public Task FirstHealthy => healthy.Task;

    /// <summary>Completes when the app becomes unhealthy; already complete if it was healthy and is not any more.</summary>
    public Task Unhealthy
    {
        get
        {
            var next = unhealthy.Next; // read before the state, so that no change between the two is missed
            return healthy.Task.IsCompletedSuccessfully && !IsHealthy ? Task.CompletedTask : next;
        }
    }

    /// <summary>Idempotent: only the first time counts.</summary>
    public void Complete() => healthy.TrySetResult();

    public void FallIll()
    {
        IsHealthy = false;
        unhealthy.NotifyAll();
    }

    /// <summary>The sidecar ends. Idempotent.</summary>
    /// <returns>True if it was ready until now.</returns>
    public bool End()
    {
        var wasReady = Ready;
        Ready = false;
        healthy.TrySetCanceled();
        return wasReady;
    }
}
