namespace Sidecar.Timers;

/// <summary>A scheduled call. Disposal cancels it and releases its references at once.</summary>
internal sealed class ScheduledCall(DateTimeOffset due, Action call) : IDisposable
{
    private Action? call = call;

    public DateTimeOffset Due { get; } = due;

    public bool IsCancelled => Volatile.Read(ref call) is null;

    public void Invoke() => Interlocked.Exchange(ref call, null)?.Invoke();

    public void Dispose() => Interlocked.Exchange(ref call, null);
}

/// <summary>
/// All timers of one owner with one system timer, ordered by due time. A call only posts to an instance's mailbox, so no timer can delay
/// another.
/// </summary>
internal sealed class TimerService : IDisposable
{
    // The clock's own timers take no longer waits; a later due time is reached in several.
    private static readonly TimeSpan MaxWait = TimeSpan.FromDays(1);
    private readonly TimeProvider clock;
    private readonly PriorityQueue<ScheduledCall, DateTimeOffset> waiting = new(); // guarded by gate
    private readonly Lock gate = new();
    private readonly ITimer timer;
    private bool disposed; // guarded by gate

    public TimerService(TimeProvider clock)
    {
        this.clock = clock;
        timer = clock.CreateTimer(_ => Fire(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public ScheduledCall Schedule(DateTimeOffset due, Action call)
    {
        var scheduled = new ScheduledCall(due, call);
        lock (gate)
        {
            if (disposed)
            {
                return scheduled;
            }

            waiting.Enqueue(scheduled, due);
            if (ReferenceEquals(waiting.Peek(), scheduled))
            {
                Arm(due);
            }
        }

        return scheduled;
    }

    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            waiting.Clear();
        }

        timer.Dispose();
    }

    private void Fire()
    {
        var due = new List<ScheduledCall>();
        lock (gate)
        {
            var now = clock.GetUtcNow();
            while (waiting.TryPeek(out var next, out _) && (next.IsCancelled || next.Due <= now))
            {
                due.Add(waiting.Dequeue());
            }

            if (!disposed && waiting.TryPeek(out var later, out _))
            {
                Arm(later.Due);
            }
        }

        foreach (var call in due)
        {
            call.Invoke();
        }
    }

    /// <summary>Called under the gate. Rounded up, so that the timer never fires early.</summary>
    private void Arm(DateTimeOffset due)
    {
        var wait = due - clock.GetUtcNow();
        if (wait < TimeSpan.Zero)
        {
            wait = TimeSpan.Zero;
        }

        if (wait > MaxWait)
        {
            wait = MaxWait;
        }

        timer.Change(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), Timeout.InfiniteTimeSpan);
    }
}
