namespace Dapr.Workflow.Worker;

/// <summary>Counts unfinished work. The count starts at one, for the owner, so that it reaches zero once, at the end.</summary>
internal sealed class InFlight
{
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _count = 1;

    internal void Add() => Interlocked.Increment(ref _count);

    internal void Remove()
    {
        if (Interlocked.Decrement(ref _count) == 0)
        {
            _drained.TrySetResult();
        }
    }

    internal Task DrainAsync()
    {
        Remove();
        return _drained.Task;
    }
}
