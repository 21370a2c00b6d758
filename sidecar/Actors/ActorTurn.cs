namespace Sidecar.Actors;

/// <summary>
/// Runs one call at a time. With reentrancy a call with the reentrancy id of the running call enters as well, up to a depth. Without that
/// an actor that calls itself through another one would deadlock.
/// </summary>
internal sealed class ActorTurn(ActorTypeOptions options)
{
    private readonly SemaphoreSlim gate = new(1);
    private readonly Lock state = new();
    private string? holder; // guarded by state
    private int depth; // guarded by state

    public bool Busy => gate.CurrentCount == 0;

    /// <summary>Waits for the turn; dispose of the result to end it. <paramref name="reentrancyId"/> counts with reentrancy on.</summary>
    public async ValueTask<IDisposable> TakeAsync(string? reentrancyId, CancellationToken cancellation)
    {
        if (options.Reentrant && reentrancyId is not null && TryJoin(reentrancyId))
        {
            return new Ending(this);
        }
        await gate.WaitAsync(cancellation);
        lock (state)
        {
            (holder, depth) = (reentrancyId, 1);
        }
        return new Ending(this);
    }

    /// <summary>Waits until the running call, and every call that already waits, has ended.</summary>
    public async Task EndedAsync(CancellationToken cancellation) => (await TakeAsync(null, cancellation)).Dispose();

    private bool TryJoin(string reentrancyId)
    {
        lock (state)
        {
            if (holder != reentrancyId)
            {
                return false;
            }
            if (depth >= options.MaxStackDepth)
            {
                throw ActorErrors.TooDeep();
            }
            depth++;
            return true;
        }
    }

    private void End()
    {
        lock (state)
        {
            if (--depth > 0)
            {
                return;
            }
            holder = null;
        }
        gate.Release();
    }

    private sealed class Ending(ActorTurn turn) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                turn.End();
            }
        }
    }
}
