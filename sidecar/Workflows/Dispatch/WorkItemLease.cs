using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// One work item: waiting, leased to a worker, or finished. It is in one state at a time, so two workers never have it at once. Each lease
/// has a token; an answer with an older token is ignored.
/// </summary>
internal sealed class WorkItemLease(WorkItem item, string key, LeaseCallbacks ends)
{
    private readonly Lock gate = new();
    private bool over; // guarded by gate

    public WorkItem Item { get; } = item;

    /// <summary>Names the work for workers that send no token back.</summary>
    public string Key { get; } = key;

    /// <summary>The token of the last lease. It stays valid while the item waits to be leased again.</summary>
    public string? Token { get; private set; }

    public WorkerStream? Worker { get; private set; }

    /// <summary>False if the item is finished and must not be leased.</summary>
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

    /// <summary>True if the disconnected <paramref name="worker"/> held this item and it must be queued again.</summary>
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

    /// <summary>True for the one caller that may report the end of the item.</summary>
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

    /// <summary>Completes when the effects of the answer are durable, as far as the worker has to wait for them.</summary>
    public Task<WorkflowRefusal?> AnswerAsync(object response) => ends.Answered(response);

    public void RefusedByStream(string reason) => ends.Undeliverable(reason);

    public void Return() => ends.Returned();
}

/// <summary>The callbacks for the end of a work item; exactly one is called, once.</summary>
/// <param name="Answered">A worker has answered. The task completes when the worker may forget its answer.</param>
/// <param name="Undeliverable">The item is too large for any stream.</param>
/// <param name="Returned">The target app is shutting down.</param>
internal sealed record LeaseCallbacks(Func<object, Task<WorkflowRefusal?>> Answered, Action<string> Undeliverable, Action Returned);
