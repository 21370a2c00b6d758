namespace Sidecar.Loops;

/// <summary>
/// Tells all who wait at the moment. A pulse that nobody waits for is lost; see <see cref="Signal"/> for one that is kept.
/// </summary>
internal sealed class Pulse
{
    private TaskCompletionSource next = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the next pulse from now on.</summary>
    public Task Next => Volatile.Read(ref next).Task;

    /// <summary>Safe to call concurrently.</summary>
    public void Give() => Interlocked.Exchange(ref next, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
}
