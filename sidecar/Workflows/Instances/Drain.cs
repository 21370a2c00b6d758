namespace Sidecar.Workflows.Instances;

/// <summary>Counts the loops at work, so that whoever stops the engine can wait for them.</summary>
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

    /// <param name="rouse">Makes every idle loop look once more, so that whoever waits for it is answered.</param>
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
