using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;
using Grpc.Core;
using Sidecar.Resources;
using Sidecar.Workflows.Protocol;

namespace Sidecar.Workflows.Dispatch;

/// <summary>
/// The work of one app, shared by its workers. Whoever is free takes the next piece; what a lost worker had in hand waits again,
/// once. Without workers everything just waits.
/// </summary>
internal sealed class WorkItemQueue
{
    private readonly ILogger logger;
    private readonly Admission? admission; // null without limits
    private readonly Channel<Handout> waiting = Channel.CreateUnbounded<Handout>();
    private readonly ConcurrentDictionary<string, Handout> byToken = new();
    private readonly ConcurrentDictionary<string, Handout> byKey = new();
    private readonly string tokenPrefix = Guid.NewGuid().ToString("N") + "-";
    private long lastToken;
    private int workers;
    private volatile bool closed;

    public WorkItemQueue(ILogger logger, ConcurrencyLimits? limits = null)
    {
        this.logger = logger;
        admission = limits is null ? null : new Admission(limits, handout => waiting.Writer.TryWrite(handout));
    }

    /// <summary>A worker connected: what stalled for want of the right code may go on.</summary>
    public event Action? WorkerConnected;

    public int Workers => Volatile.Read(ref workers);

    /// <summary>Pieces of work waiting for a worker.</summary>
    public int Waiting => waiting.Reader.Count;

    /// <summary>Activities among the work that is not over.</summary>
    public int Activities => byKey.Values.Count(handout => handout.Item.ActivityRequest is not null);

    public void Enqueue(Handout handout)
    {
        byKey[handout.Key] = handout;
        if (admission is null)
        {
            waiting.Writer.TryWrite(handout);
        }
        else
        {
            admission.Ask(handout);
        }

        if (closed)
        {
            Return(handout);
        }
    }

    /// <summary>The app goes away: whoever gave it work gets it back.</summary>
    public void Close()
    {
        closed = true;
        foreach (var handout in byKey.Values)
        {
            Return(handout);
        }
    }

    /// <summary>Takes work back for good; an answer to it is ignored from now on.</summary>
    public void Withdraw(Handout handout)
    {
        if (handout.TryFinish())
        {
            Forget(handout);
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
            // The stream is gone, which a write under way reports in several ways; the work it carried is taken back below.
        }
        finally
        {
            Interlocked.Decrement(ref workers);
            logger.WorkerDisconnected(Workers);
            foreach (var handout in worker.InHand)
            {
                if (handout.TryTakeBack(worker))
                {
                    waiting.Writer.TryWrite(handout);
                }
            }
        }

        if (stopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "shutting down"));
        }
    }

    /// <summary>Passes a worker's answer on. Unknown or outdated answers are ignored: the work went on without them.</summary>
    public Task<WorkflowRefusal?> AnswerAsync(string token, string key, object response)
    {
        var handout = Find(token, key);
        if (handout is null || !handout.TryFinish())
        {
            logger.AnswerIgnored(key);
            return Task.FromResult<WorkflowRefusal?>(null);
        }

        Forget(handout);
        return handout.AnswerAsync(response);
    }

    private Handout? Find(string token, string key)
    {
        if (token.Length == 0)
        {
            return byKey.GetValueOrDefault(key);
        }

        return byToken.TryGetValue(token, out var handout) && handout.Token == token ? handout : null;
    }

    private async Task PumpAsync(WorkerStream worker, IAsyncStreamWriter<WorkItem> stream, CancellationToken end)
    {
        while (true)
        {
            var handout = await waiting.Reader.ReadAsync(end);
            var outdated = handout.Token;
            var token = tokenPrefix + Interlocked.Increment(ref lastToken).ToString(CultureInfo.InvariantCulture);
            if (!handout.TryHandOut(worker, token))
            {
                continue;
            }

            if (outdated is not null)
            {
                byToken.TryRemove(outdated, out _);
            }

            byToken[token] = handout;
            worker.Add(handout);
            try
            {
                await stream.WriteAsync(handout.Item, end);
            }
            catch (RpcException refused) when (refused.StatusCode == StatusCode.ResourceExhausted)
            {
                // Too large for the stream. The stream is intact and so is every other piece of work.
                if (!handout.TryFinish())
                {
                    continue;
                }

                Forget(handout);
                handout.RefusedByStream(refused.Status.Detail);
            }
        }
    }

    private void Return(Handout handout)
    {
        if (!handout.TryFinish())
        {
            return;
        }

        Forget(handout);
        handout.Return();
    }

    private void Forget(Handout handout)
    {
        if (handout.Token is { } token)
        {
            byToken.TryRemove(token, out _);
        }

        byKey.TryRemove(KeyValuePair.Create(handout.Key, handout));
        handout.Worker?.Remove(handout);
        admission?.Over(handout);
    }
}
