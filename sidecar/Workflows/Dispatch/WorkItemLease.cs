using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// One piece of work on its way through a worker: waiting, handed out, or over. It is in one place at a time, so it is never with
/// two workers at once. Each hand-out has a token; an answer under an older token is of a hand-out that no longer counts.
/// </summary>
internal sealed class WorkItemLease(WorkItem item, string key, LeaseCallbacks ends)
{
    private readonly Lock gate = new();
    private bool over; // guarded by gate

    public WorkItem Item { get; } = item;

    /// <summary>Names the work for workers that send no token back.</summary>
    public string Key { get; } = key;

    /// <summary>The token of the last hand-out. It stays good while the work waits to be handed out again.</summary>
    public string? Token { get; private set; }

    public WorkerStream? Worker { get; private set; }

    /// <summary>False when the work is over and must not be handed out.</summary>
    public bool TryLease(WorkerStream worker, string token)
    {
        lock (gate)
        {
            if (over)
            {
                return false;
            }

            Worker = worker;
            Token = token;
            Item.CompletionToken = token;
            return true;
        }
    }

    /// <summary>True when the work has to wait for another worker because <paramref name="worker"/>, which had it, is gone.</summary>
    public bool TryRequeue(WorkerStream worker)
    {
        lock (gate)
        {
            if (over || !ReferenceEquals(Worker, worker))
            {
                return false;
            }

            Worker = null;
            return true;
        }
    }

    /// <summary>True for the one caller who may report the end of the work.</summary>
    public bool TryFinish()
    {
        lock (gate)
        {
            if (over)
            {
                return false;
            }

            over = true;
            return true;
        }
    }

    /// <summary>Awaits what the answer set off, as far as the worker has to wait for it.</summary>
    public Task<WorkflowRefusal?> AnswerAsync(object response) => ends.Answered(response);

    public void RefusedByStream(string reason) => ends.Undeliverable(reason);

    public void Return() => ends.Returned();
}

/// <summary>The ways in which a piece of work ends; one of them, once.</summary>
/// <param name="Answered">A worker answered. The task ends when the worker may forget its answer.</param>
/// <param name="Undeliverable">No stream can carry it.</param>
/// <param name="Returned">The app it was meant for is shutting down.</param>
internal sealed record LeaseCallbacks(Func<object, Task<WorkflowRefusal?>> Answered, Action<string> Undeliverable, Action Returned);
