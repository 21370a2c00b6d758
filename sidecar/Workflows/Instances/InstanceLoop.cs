using System.Collections.Concurrent;

namespace Sidecar.Workflows.Instances;

/// <summary>
/// A mailbox, and a loop on the thread pool that runs while there is outgoing: <paramref name="advance"/> is called again until the mailbox
/// stays empty, never twice at once.
/// </summary>
internal sealed class InstanceLoop(Drain drain, Func<ValueTask> advance) : IThreadPoolWorkItem
{
    private readonly ConcurrentQueue<Action> mailbox = new();
    private int running; // 1 while the loop runs or is about to run

    /// <summary>Safe to call concurrently.</summary>
    public void Post(Action action)
    {
        mailbox.Enqueue(action);
        if (Interlocked.CompareExchange(ref running, 1, 0) == 0)
        {
            Wake();
        }
    }

    /// <summary>Runs the posted actions in order. Called by <c>advance</c>.</summary>
    public void RunActions()
    {
        while (mailbox.TryDequeue(out var action))
        {
            action();
        }
    }

    public void Execute() => _ = RunAsync();

    private void Wake()
    {
        drain.Enter();
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task RunAsync()
    {
        try
        {
            do
            {
                do
                {
                    await advance();
                } while (!mailbox.IsEmpty);
                Volatile.Write(ref running, 0);
                // A message may have come after the last look and before the flag fell: its sender left the waking to this loop.
                Interlocked.MemoryBarrier();
            } while (!mailbox.IsEmpty && Interlocked.CompareExchange(ref running, 1, 0) == 0);
        }
        finally
        {
            drain.Leave();
        }
    }
}
