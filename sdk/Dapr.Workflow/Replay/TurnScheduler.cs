namespace Dapr.Workflow.Replay;

/// <summary>
/// The one place where a workflow's code runs: the thread of its turn. What the code awaits resumes here, in the order
/// of the history; whatever tries to resume from another thread or after the turn is turned away and noted.
/// </summary>
internal sealed class TurnScheduler : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Callback, object? State)> _ready = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly SynchronizationContext? _outer = Current;
    private volatile bool _open = true;

    /// <summary>Whether the calling code runs inside the turn.</summary>
    internal bool IsInside => _open && Environment.CurrentManagedThreadId == _thread;

    /// <summary>Runs code of the workflow and everything it makes ready.</summary>
    internal void Run(Action code)
    {
        SetSynchronizationContext(this);
        code();
        while (_ready.TryDequeue(out var next))
        {
            next.Callback(next.State);
        }
    }

    /// <summary>
    /// Completes something the workflow awaits. Without a current context, since only then does an await with
    /// ConfigureAwait(false) go on at once on this thread; plain awaits are queued for <see cref="Run"/>.
    /// </summary>
    internal void Complete<TState>(Action<TState> complete, TState state)
    {
        var current = Current;
        SetSynchronizationContext(null);
        try
        {
            complete(state);
        }
        finally
        {
            SetSynchronizationContext(current);
        }
    }

    internal void Close()
    {
        _open = false;
        SetSynchronizationContext(_outer);
    }

    // A continuation from another thread is dropped: whether it comes in this turn is chance, and chance can't be replayed.
    public override void Post(SendOrPostCallback d, object? state)
    {
        if (IsInside)
        {
            _ready.Enqueue((d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Workflow code cannot be called into synchronously.");

    public override SynchronizationContext CreateCopy() => this;
}
