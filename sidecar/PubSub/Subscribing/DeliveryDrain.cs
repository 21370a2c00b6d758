using System.Diagnostics;

namespace Sidecar.PubSub.Subscribing;

/// <summary>
/// Ends a subscription without interrupting its running deliveries: an app that has begun to handle an event may finish, and the broker
/// learns the result. A failed delivery is not repeated meanwhile. Deliveries that take longer than <paramref name="longest"/> are
/// cancelled.
/// </summary>
internal sealed class DeliveryDrain(TimeSpan longest, TimeProvider time) : IAsyncDisposable
{
    private readonly Lock gate = new();
    private readonly CancellationTokenSource end = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int running; // guarded by gate
    private bool ending; // guarded by gate

    /// <summary>The subscription at the broker; null until it has started.</summary>
    public IAsyncDisposable? Source { get; set; }

    /// <summary>
    /// Runs a delivery. One that begins after the subscription has begun to end, or whose repetition is given up then, waits to be
    /// cancelled: the broker keeps its message.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<Task<T>> delivery, CancellationToken cancellation)
    {
        if (TryBegin())
        {
            try
            {
                return await delivery();
            }
            catch (OperationCanceledException) when (end.IsCancellationRequested && !cancellation.IsCancellationRequested)
            {
                // Given up between two attempts.
            }
            finally
            {
                End();
            }
        }
        await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellation);
        throw new UnreachableException();
    }

    /// <summary>
    /// Runs the attempts of a delivery. The end of the subscription ends their repetition, but not an attempt that runs;
    /// <paramref name="cancellation"/> and the limit of an attempt end that as well.
    /// </summary>
    public async Task<T> RepeatAsync<T>(
        Func<Func<CancellationToken, ValueTask<T>>, CancellationToken, ValueTask<T>> repeat,
        Func<CancellationToken, ValueTask<T>> attempt,
        CancellationToken cancellation
    )
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, end.Token);
        return await repeat(
            async limit =>
            {
                end.Token.ThrowIfCancellationRequested();
                using var one = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                await using var limited = limit.Register(() =>
                {
                    if (!end.IsCancellationRequested)
                    {
                        one.Cancel();
                    }
                });
                return await attempt(one.Token);
            },
            either.Token
        );
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
        await end.CancelAsync();
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
