namespace Sidecar.Workflows.Instances;

/// <summary>Counts the loops at work, so that whoever stops the engine can wait for them.</summary>
internal sealed class Drain : IDisposable
{
    private readonly CancellationTokenSource stopping = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int working = 1; // one for the engine itself, returned by StopAsync

    public CancellationToken Stopping => stopping.Token;

    public bool IsStopping => stopping.IsCancellationRequested;

    public void Enter() => Interlocked.Increment(ref working);

    public void Leave()
    {
        if (Interlocked.Decrement(ref working) == 0) drained.TrySetResult();
    }

    public async Task StopAsync()
    {
        if (IsStopping) return;
        await stopping.CancelAsync();
        Leave();
        await drained.Task;
    }

    public void Dispose() => stopping.Dispose();
}
