using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Grpc.Core;
using Sidecar.Resources;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// The work items of one app, shared by its workers. An idle worker takes the next item; items of a disconnected worker are queued again,
/// once. Without workers all items wait.
/// </summary>
internal sealed class WorkItemQueue
{
    private readonly ILogger logger;
    private readonly ConcurrencyGate? gate; // null without limits
    private readonly Channel<WorkItemLease> waiting = Channel.CreateUnbounded<WorkItemLease>();
    private readonly ConcurrentDictionary<string, WorkItemLease> byToken = new();
    private readonly ConcurrentDictionary<string, WorkItemLease> byKey = new();
    private readonly string tokenPrefix = Guid.NewGuid().ToString("N") + "-";
    private long lastToken;
    private int workers;
    private volatile bool closed;

    public WorkItemQueue(ILogger logger, ConcurrencyLimits? limits = null)
    {
        this.logger = logger;
        gate = limits is null ? null : new ConcurrencyGate(limits, lease => waiting.Writer.TryWrite(lease));
    }

    /// <summary>Called when a worker connects: stalled instances may continue with its code.</summary>
    public event Action? WorkerConnected;

    public int Workers => Volatile.Read(ref workers);

    /// <summary>The number of work items that wait for a worker.</summary>
    public int Waiting => waiting.Reader.Count;

    /// <summary>Activities among the work that is not over.</summary>
    public int Activities => byKey.Values.Count(lease => lease.Item.ActivityRequest is not null);

    public void Enqueue(WorkItemLease lease)
    {
        byKey[lease.Key] = lease;
        if (gate is null)
        {
            waiting.Writer.TryWrite(lease);
        }
        else
        {
            gate.Request(lease);
        }

        if (closed)
        {
            Return(lease);
        }
    }

    /// <summary>Called when the app shuts down: returns all items to their instances.</summary>
    public void Close()
    {
        closed = true;
        foreach (var lease in byKey.Values)
        {
            Return(lease);
        }
    }

    /// <summary>Withdraws a work item; later answers to it are ignored.</summary>
    public void Withdraw(WorkItemLease lease)
    {
        if (lease.TryFinish())
        {
            Forget(lease);
        }
    }

    /// <summary>
    /// Sends work to a worker until it disconnects or <paramref name="stopping"/> ends the stream.
    /// </summary>
    public async Task ServeAsync(IAsyncStreamWriter<WorkItem> stream, CancellationToken disconnected, CancellationToken stopping)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(disconnected, stopping);
        var worker = new WorkerStream();
        Interlocked.Increment(ref workers);
        logger.WorkerConnected(Workers);
        try
        {
            WorkerConnected?.Invoke();
            await PumpAsync(worker, stream, end.Token);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The stream is closed, which a pending write reports in several ways; its items are queued again below.
        }
        finally
        {
            Interlocked.Decrement(ref workers);
            logger.WorkerDisconnected(Workers);
            foreach (var lease in worker.Leased)
            {
                if (lease.TryRequeue(worker))
                {
                    waiting.Writer.TryWrite(lease);
                }
            }
        }

        if (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "shutting down"));
        }
    }

    /// <summary>Passes on a worker's answer. Unknown or outdated answers are ignored: another answer has completed the item.</summary>
    public Task<WorkflowRefusal?> AnswerAsync(string token, string key, object response)
    {
        var lease = Find(token, key);
        if (lease is null || !lease.TryFinish())
        {
            logger.AnswerIgnored(key);
            return Task.FromResult<WorkflowRefusal?>(null);
        }

        Forget(lease);
        return lease.AnswerAsync(response);
    }

    private WorkItemLease? Find(string token, string key)
    {
        if (token.Length == 0)
        {
            return byKey.GetValueOrDefault(key);
        }

        return byToken.TryGetValue(token, out var lease) && lease.Token == token ? lease : null;
    }

    private async Task PumpAsync(WorkerStream worker, IAsyncStreamWriter<WorkItem> stream, CancellationToken end)
    {
        while (true)
        {
            var lease = await waiting.Reader.ReadAsync(end);
            var outdated = lease.Token;
            var token = tokenPrefix + Interlocked.Increment(ref lastToken).ToString(CultureInfo.InvariantCulture);
            if (!lease.TryLease(worker, token))
            {
                continue;
            }

            if (outdated is not null)
            {
                byToken.TryRemove(outdated, out _);
            }

            byToken[token] = lease;
            worker.Add(lease);
            try
            {
                await stream.WriteAsync(lease.Item, end);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
            {
                // Too large for the stream. The stream is intact and so is every other piece of work.
                if (!lease.TryFinish())
                {
                    continue;
                }

                Forget(lease);
                lease.RefusedByStream(refused.Status.Detail);
            }
        }
    }

    private void Return(WorkItemLease lease)
    {
        if (!lease.TryFinish())
        {
            return;
        }

        Forget(lease);
        lease.Return();
    }

    private void Forget(WorkItemLease lease)
    {
        if (lease.Token is { } token)
        {
            byToken.TryRemove(token, out _);
        }

        byKey.TryRemove(KeyValuePair.Create(lease.Key, lease));
        lease.Worker?.Remove(lease);
        gate?.Release(lease);
    }
}
