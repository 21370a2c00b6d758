namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Ends a subscription without interrupting its running deliveries: an app that has begun to handle an event may finish, and the broker
/// learns the result. Deliveries that take longer than <paramref name="longest"/> are cancelled.
/// </summary>
internal sealed class DeliveryDrain(TimeSpan longest, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running; // guarded by gate
    private bool ending; // guarded by gate

    /// <summary>The subscription at the broker; null until it has started.</summary>
    public IAsyncDisposable? Source { get; set; }

    /// <summary>Runs a delivery. One that begins after the subscription has begun to end waits to be cancelled: the broker keeps its
    /// message.</summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> delivery, CancellationToken cancellation)
    {
        if (!TryBegin())
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
        }
        try
        {
            return await delivery();
        }
        finally
        {
            End();
        }
    }

    /// <summary>Idempotent.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (gate)
        {
            ending = true;
            if (running == 0)
            {
                drained.TrySetResult();
            }
        }
        try
        {
            await drained.Task.WaitAsync(longest, time);
        }
        catch (TimeoutException)
        {
            // They have had their time: the end of the source cancels them.
        }
        if (Source is not null)
        {
            await Source.DisposeAsync();
        }
    }

    private bool TryBegin()
    {
        lock (gate)
        {
            running += ending ? 0 : 1;
            return !ending;
        }
    }

    private void End()
    {
        lock (gate)
        {
            if (--running == 0 && ending)
            {
                drained.TrySetResult();
            }
        }
    }
}
