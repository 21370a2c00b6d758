namespace Sidecar.Actors;

/// <summary>
/// Runs one chain of calls at a time, in the order of their arrival. With reentrancy the calls with one reentrancy id are a chain: they run
/// together, up to a depth. Without that an actor that calls itself through another one would deadlock.
/// </summary>
internal sealed class ActorTurn(ActorTypeOptions options)
{
    private readonly LinkedList<Chain> chains = new(); // guarded by itself, with the chains in it; the first one runs

    public bool Busy
    {
        get
        {
            lock (chains)
            {
                return chains.Count > 0;
            }
        }
    }

    /// <summary>Waits for the turn; dispose of the result to end it. <paramref name="reentrancyId"/> counts with reentrancy on.</summary>
    public async ValueTask<IDisposable> TakeAsync(string? reentrancyId, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var chain = Enter(options.Reentrant ? reentrancyId : null);
        try
        {
            await chain.Begun.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            End(chain);
            throw;
        }
        return new Ending(this, chain);
    }

    /// <summary>Waits until the running call, and every call that already waits, has ended.</summary>
    public async Task EndedAsync(CancellationToken cancellation) => (await TakeAsync(null, cancellation)).Dispose();

    /// <summary>Joins the chain of the id, even one that still waits, or begins a chain.</summary>
    private Chain Enter(string? reentrancyId)
    {
        lock (chains)
        {
            if (reentrancyId is not null && chains.FirstOrDefault(chain => chain.Id == reentrancyId) is { } known)
            {
                if (known.Depth >= options.MaxStackDepth)
                {
                    throw ActorErrors.TooDeep();
                }
                known.Depth++;
                return known;
            }
            var added = new Chain(reentrancyId);
            chains.AddLast(added);
            if (chains.Count == 1)
            {
                added.Begin();
            }
            return added;
        }
    }

    private void End(Chain chain)
    {
        lock (chains)
        {
            if (--chain.Depth > 0)
            {
                return;
            }
            var ran = chains.First!.Value == chain;
            chains.Remove(chain);
            if (ran)
            {
                chains.First?.Value.Begin();
            }
        }
    }

    private sealed class Chain(string? id)
    {
        private readonly TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string? Id => id;

        /// <summary>The calls of the chain that run or wait.</summary>
        public int Depth { get; set; } = 1;

        public Task Begun => begun.Task;

        public void Begin() => begun.SetResult();
    }

    private sealed class Ending(ActorTurn turn, Chain chain) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                turn.End(chain);
            }
        }
    }
}
