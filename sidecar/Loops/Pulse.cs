namespace Sidecar.Loops;

/// <summary>Wakes all current waiters. A pulse without a waiter is lost; <see cref="Signal"/> keeps it.</summary>
internal sealed class Pulse
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next pulse from now on.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>Safe to call concurrently.</summary>
    public void Give() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
