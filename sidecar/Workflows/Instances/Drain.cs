namespace Sidecar.Workflows.Instances;

/// <summary>Counts the running loops, so that the engine can wait for them when it stops.</summary>
internal sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int working = 1; // one for the engine itself, returned by StopAsync

    public Drain() => Stopping = stopping.Token;

    /// <summary>Stays readable after the end.</summary>
    public CancellationToken Stopping { get; }

    public bool IsStopping => Stopping.IsCancellationRequested;

    public void Enter() => Interlocked.Increment(ref working);

    public void Leave()
    {
        if (Interlocked.Decrement(ref working) == 0)
        {
            drained.TrySetResult();
        }
    }

    /// <param name="rouse">Wakes every idle loop once, so that it answers its waiting senders.</param>
    public async Task StopAsync(Action rouse)
    {
        if (IsStopping)
        {
            return;
        }

        await stopping.CancelAsync();
        rouse();
        Leave();
        await drained.Task;
    }

    public void Dispose() => stopping.Dispose();
}
