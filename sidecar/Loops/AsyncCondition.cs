namespace Sidecar.Loops;

/// <summary>Wakes all current waiters. A notification without a waiter is lost; <see cref="Signal"/> keeps it.</summary>
internal sealed class AsyncCondition
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next notification.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>Safe to call concurrently.</summary>
    public void NotifyAll() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
